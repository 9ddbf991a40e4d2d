{{ config(materialized='part', part_key='left_key') }}
-- What contradicts, unless a person has the last word.
with

groups as (
    select * from {{ ref('int_decided_groups') }}
),

valued_conflicts as (
    select
        conflicts.left_key,
        conflicts.right_key,
        conflicts.component_key,
        conflicts.conflict,
        near_groups.component_key = far_groups.component_key as is_accepted,
        case conflicts.conflict
            when 'two birth dates' then near.birth_date_key
            when 'too many surnames' then near.last_name_key
            else near.first_name_key
        end as left_value,
        case conflicts.conflict
            when 'two birth dates' then far.birth_date_key
            when 'too many surnames' then far.last_name_key
            else far.first_name_key
        end as right_value
    from {{ affected_rows(ref('int_conflicts'), 'left_key') }} as conflicts
    inner join {{ ref('int_match_records') }} as near
        on conflicts.left_key = near.record_key
    inner join {{ ref('int_match_records') }} as far
        on conflicts.right_key = far.record_key
    left join groups as near_groups on conflicts.left_key = near_groups.node_key
    left join groups as far_groups on conflicts.right_key = far_groups.node_key
),

-- Whoever decides that two birth dates are one person's means all records that say so.
accepted_values as (
    select distinct
        component_key,
        least(left_value, right_value) as first_value,
        greatest(left_value, right_value) as second_value
    from valued_conflicts
    where is_accepted
)

select
    valued_conflicts.left_key,
    valued_conflicts.right_key,
    valued_conflicts.component_key,
    valued_conflicts.conflict
from valued_conflicts
left join accepted_values
    on
        valued_conflicts.component_key = accepted_values.component_key
        and least(valued_conflicts.left_value, valued_conflicts.right_value)
        = accepted_values.first_value
        and greatest(valued_conflicts.left_value, valued_conflicts.right_value)
        = accepted_values.second_value
where accepted_values.component_key is null
union all
select distinct
    overrides.left_key,
    overrides.right_key,
    near.component_key,
    'decided distinct' as conflict
from {{ ref('int_overrides') }} as overrides
inner join {{ ref('int_components') }} as near on overrides.left_key = near.node_key
inner join {{ ref('int_components') }} as far on overrides.right_key = far.node_key
where
    overrides.is_in_force
    and overrides.decision = 'distinct'
    and near.component_key = far.component_key
    and {{ is_affected('overrides.left_key') }}
