-- The links that were accepted and then cut, because what they joined contradicts
-- itself.
with

links as (
    select * from {{ ref('int_decided_links') }}
    where refusal is null
),

agreements as (
    select * from {{ ref('int_agreements') }}
),

reasons as (
    select
        least(near.component_key, far.component_key) as part_key,
        greatest(near.component_key, far.component_key) as other_part_key,
        min(conflicts.conflict) as reason
    from {{ ref('int_decided_conflicts') }} as conflicts
    inner join agreements as near on conflicts.left_key = near.node_key
    inner join agreements as far on conflicts.right_key = far.node_key
    group by
        least(near.component_key, far.component_key),
        greatest(near.component_key, far.component_key)
),

ends as (
    select
        *,
        left_key as node_key
    from links
    union all
    select
        *,
        right_key as node_key
    from links
),

cut_links as (
    select
        ends.left_key,
        ends.right_key,
        ends.score,
        min(agreements.component_key) as part_key,
        max(agreements.component_key) as other_part_key
    from ends
    inner join agreements on ends.node_key = agreements.node_key
    group by ends.left_key, ends.right_key, ends.score
    having min(agreements.component_key) < max(agreements.component_key)
)

select
    cut_links.left_key,
    cut_links.right_key,
    cut_links.score,
    reasons.reason
from cut_links
inner join reasons
    on
        cut_links.part_key = reasons.part_key
        and cut_links.other_part_key = reasons.other_part_key
