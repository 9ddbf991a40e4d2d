{{ config(materialized='view') }}
-- How often strangers show each level. A shared identifier always makes a candidate, so
-- that it is counted over all pairs of the warehouse instead of a sample.
with

attributes as (
    select * from {{ ref('identity_attributes') }}
),

strangers as (
    select
        pattern_key,
        count(*) as pair_count
    from {{ ref('int_random_comparisons') }}
    -- Who agrees on two of these is hardly a stranger: a small file is full of them.
    where
        case when first_name >= 4 then 1 else 0 end
        + case when last_name >= 4 then 1 else 0 end
        + case when birth_date >= 4 then 1 else 0 end
        + case when document >= 4 then 1 else 0 end
        + case when street >= 4 then 1 else 0 end
        < 2
    group by pattern_key
),

candidates as (
    select
        pattern_key,
        count(*) as pair_count
    from {{ ref('int_comparisons') }}
    group by pattern_key
),

stranger_levels as (
    select
        attributes.attribute,
        {{ pattern_level('strangers') }} as level,
        strangers.pair_count
    from strangers
    cross join attributes
),

shared_identifiers as (
    select
        attributes.attribute,
        sum(candidates.pair_count) as pair_count
    from candidates
    inner join attributes on {{ pattern_level('candidates') }} = 5
    where attributes.is_identifier
    group by attributes.attribute
),

counted as (
    select
        attribute,
        level,
        sum(pair_count) as stranger_count
    from stranger_levels
    where level > 0
    group by attribute, level
)

select
    counted.attribute,
    counted.level,
    counted.stranger_count,
    sum(counted.stranger_count)
        over (partition by counted.attribute)
        as all_stranger_count,
    cast(null as decimal(18, 0)) as shared_count
from counted
union all
select
    attribute,
    5 as level,
    null as stranger_count,
    null as all_stranger_count,
    pair_count as shared_count
from shared_identifiers
