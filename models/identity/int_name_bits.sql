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

-- What is assumed of a thousand records that were not seen, so that a small warehouse
-- does not take a common name for a rare one.
usual as (
    select
        'first' as name_type,
        0.002 as usual_frequency
    union all
    select
        'last' as name_type,
        0.0003 as usual_frequency
),

counts as (
    select
        'first' as name_type,
        first_name_key as name_key,
        count(*) as record_count
    from records
    where first_name_key is not null
    group by first_name_key
    union all
    select
        'last' as name_type,
        last_name_key as name_key,
        count(*) as record_count
    from records
    where last_name_key is not null
    group by last_name_key
    union all
    select
        name_type,
        null as name_key,
        1 as record_count
    from usual
),

expected as (
    select
        counts.*,
        greatest(
            usual.usual_frequency,
            case counts.name_type
                when 'first' then frequencies.first_name_per_million
                else frequencies.last_name_per_million
            end / 1000000
        ) as usual_frequency
    from counts
    inner join usual on counts.name_type = usual.name_type
    left join {{ ref('name_frequencies') }} as frequencies
        on upper(counts.name_key) = frequencies.name
)

select
    expected.name_type,
    expected.name_key,
    cast(round(-10 / ln(2) * ln(
        (expected.record_count + 1000 * expected.usual_frequency)
        / (totals.all_count + 1000)
    )) as integer) as bits
from expected
cross join totals
