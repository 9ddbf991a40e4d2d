{{ config(materialized='view') }}
-- m as the seed says; u as counted, the seed's u weighing as a few more strangers.
with

levels as (
    select * from {{ ref('identity_comparison_levels') }}
),

attributes as (
    select * from {{ ref('identity_attributes') }}
),

counts as (
    select
        attribute,
        level,
        max(stranger_count) as stranger_count,
        max(shared_count) as shared_count
    from {{ ref('int_level_counts') }}
    group by attribute, level
),

totals as (
    select
        attribute,
        max(all_stranger_count) as stranger_count
    from {{ ref('int_level_counts') }}
    group by attribute
),

-- Even a small file is drawn from a town: two of its records are not more easily one
-- person.
sizes as (
    select
        count(*) as record_count,
        count(*)
        * greatest(count(*) - 1.0, {{ var('identity_smallest_population') }})
        / 2.0
            as all_pairs
    from {{ ref('int_match_records') }}
)

select
    levels.attribute,
    levels.level,
    levels.m,
    case
        when attributes.is_identifier and levels.level = 5
            then
                greatest(coalesce(counts.shared_count, 0), sizes.record_count / 2.0)
                / sizes.all_pairs
        else
            (
                coalesce(counts.stranger_count, 0)
                + {{ var('identity_prior_strangers') }} * levels.u
            )
            / (
                coalesce(totals.stranger_count, 0)
                + {{ var('identity_prior_strangers') }}
            )
    end as u,
    attributes.pattern_unit,
    sizes.all_pairs,
    sizes.record_count,
    levels.is_weighed_by_frequency
from levels
inner join attributes on levels.attribute = attributes.attribute
cross join sizes
left join totals on levels.attribute = totals.attribute
left join counts
    on levels.attribute = counts.attribute and levels.level = counts.level
