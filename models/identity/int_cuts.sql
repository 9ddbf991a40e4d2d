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
        near.component_key as part_key,
        far.component_key as other_part_key,
        min(conflicts.conflict) as reason
    from {{ ref('int_decided_conflicts') }} as conflicts
    inner join agreements as near on conflicts.left_key = near.node_key
    inner join agreements as far on conflicts.right_key = far.node_key
    group by near.component_key, far.component_key
)

select
    links.left_key,
    links.right_key,
    links.score,
    min(reasons.reason) as reason
from links
inner join agreements as near on links.left_key = near.node_key
inner join agreements as far on links.right_key = far.node_key
inner join reasons
    on
        least(near.component_key, far.component_key)
        = least(reasons.part_key, reasons.other_part_key)
        and greatest(near.component_key, far.component_key)
        = greatest(reasons.part_key, reasons.other_part_key)
where near.component_key <> far.component_key
group by links.left_key, links.right_key, links.score
