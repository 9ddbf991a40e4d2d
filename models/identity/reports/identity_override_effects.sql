with

overrides as (
    select * from {{ ref('int_overrides') }}
),

links as (
    select
        left_key,
        right_key
    from {{ ref('int_links') }}
    where refusal is null
),

conflicts as (
    select
        left_key,
        right_key
    from {{ ref('int_conflicts') }}
),

judged as (
    select
        overrides.*,
        case
            when not overrides.is_known then 'record gone'
            when overrides.left_key = overrides.right_key then 'one record'
            when overrides.is_expired then 'expired'
            when overrides.is_pending then 'not yet'
            when
                overrides.decision = 'match'
                and near_groups.component_key = far_groups.component_key
                then 'would be so anyway'
            when overrides.decision = 'match' then 'joins'
            when
                links.left_key is null
                and (
                    conflicts.left_key is not null
                    or coalesce(near.component_key <> far.component_key, true)
                )
                then 'would be so anyway'
            else 'keeps apart'
        end as effect
    from overrides
    left join links
        on
            overrides.left_key = links.left_key
            and overrides.right_key = links.right_key
    left join conflicts
        on
            overrides.left_key = conflicts.left_key
            and overrides.right_key = conflicts.right_key
    left join {{ ref('int_components') }} as near on overrides.left_key = near.node_key
    left join {{ ref('int_components') }} as far on overrides.right_key = far.node_key
    left join {{ ref('int_evidence_groups') }} as near_groups
        on overrides.left_key = near_groups.node_key
    left join {{ ref('int_evidence_groups') }} as far_groups
        on overrides.right_key = far_groups.node_key
)

select
    left_record_id,
    right_record_id,
    decision,
    effect,
    reason,
    author,
    origin,
    effect in ('joins', 'keeps apart', 'not yet') as is_needed,
    decided_date,
    expiry_date
from judged
