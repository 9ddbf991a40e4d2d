{{ config(materialized='expectation_maximisation') }}
-- What the rounds of expectation_maximisation need: how often each pattern of levels
-- occurs among the candidates, with the starting weights of its levels.
with

starting_weights as (
    select * from {{ ref('int_starting_weights') }}
),

patterns as (
    select
        pattern_key,
        count(*) as pair_count
    from {{ ref('int_comparisons') }}
    group by pattern_key
)

select
    patterns.pattern_key,
    patterns.pair_count,
    attributes.attribute,
    attributes.level,
    attributes.m,
    attributes.u,
    attributes.all_pairs,
    attributes.record_count
from starting_weights as attributes
left join patterns on {{ pattern_level('patterns') }} = attributes.level
