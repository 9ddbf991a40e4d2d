{{ config(materialized='learned') }}
-- Every name that was there when the weights were learnt and, without a name, what any
-- other is worth.
with

records as (
    select * from {{ ref('int_match_records') }}
),

totals as (
    select count(*) as all_count from records
),

counts as (
    select
        'first' as name_type,
        first_name_key as name_key,
        -- assumed for a thousand records that were not seen, so that a small warehouse
        -- does not take a common name for a rare one
        0.002 as usual_frequency,
        count(*) as record_count
    from records
    where first_name_key is not null
    group by first_name_key
    union all
    select
        'last' as name_type,
        last_name_key as name_key,
        0.0003 as usual_frequency,
        count(*) as record_count
    from records
    where last_name_key is not null
    group by last_name_key
    union all
    select
        'first' as name_type,
        null as name_key,
        0.002 as usual_frequency,
        1 as record_count
    union all
    select
        'last' as name_type,
        null as name_key,
        0.0003 as usual_frequency,
        1 as record_count
)

select
    counts.name_type,
    counts.name_key,
    cast(round(-10 / ln(2) * ln(
        (counts.record_count + 1000 * counts.usual_frequency)
        / (totals.all_count + 1000)
    )) as integer) as bits
from counts
cross join totals
