{{ config(materialized='expectation_maximisation') }}
-- What the rounds of expectation_maximisation need: how often each pattern of levels
-- occurs among the candidates, with the starting weights of its levels. Names are
-- weighed one by one, as in a score: those of candidates are rarer than others.
with

starting_weights as (
    select * from {{ ref('int_starting_weights') }}
),

comparisons as (
    select
        pairs.pattern_key,
        {{ name_bits('pairs') }} as name_bits
    from {{ ref('int_comparisons') }} as pairs
),

-- To whole bits, so that there are few.
patterns as (
    select
        pattern_key,
        cast(10 * round(name_bits / 10.0) as integer) as name_bits,
        count(*) as pair_count
    from comparisons
    group by pattern_key, cast(10 * round(name_bits / 10.0) as integer)
)

select
    patterns.pattern_key,
    patterns.name_bits,
    patterns.pair_count,
    attributes.attribute,
    attributes.level,
    attributes.m,
    attributes.u,
    attributes.all_pairs,
    attributes.record_count,
    attributes.is_weighed_by_frequency
from starting_weights as attributes
left join patterns on {{ pattern_level('patterns') }} = attributes.level
