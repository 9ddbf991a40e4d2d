{{ config(materialized='part', part_key='left_key') }}
-- The links that were accepted and then cut, because what they joined contradicts
-- itself.
with

agreements as (
    select * from {{ ref('int_agreements') }}
    where {{ is_affected('node_key') }}
),

links as (
    select * from {{ ref('int_decided_links') }}
    where refusal is null and {{ is_affected('left_key') }}
),

conflicts as (
    select * from {{ ref('int_decided_conflicts') }}
    where {{ is_affected('left_key') }}
),

reasons as (
    select
        least(near.component_key, far.component_key) as part_key,
        greatest(near.component_key, far.component_key) as other_part_key,
        min(conflicts.conflict) as reason
    from conflicts
    inner join agreements as near on conflicts.left_key = near.node_key
    inner join agreements as far on conflicts.right_key = far.node_key
    group by
        least(near.component_key, far.component_key),
        greatest(near.component_key, far.component_key)
),

-- Materialised, or a planner may pair all parts with all and look at the links last.
near_links as materialized (
    select
        links.left_key,
        links.right_key,
        links.score,
        near.component_key
    from links
    inner join agreements as near on links.left_key = near.node_key
),

cut_links as (
    select
        near_links.left_key,
        near_links.right_key,
        near_links.score,
        least(near_links.component_key, far.component_key) as part_key,
        greatest(near_links.component_key, far.component_key) as other_part_key
    from near_links
    inner join agreements as far on near_links.right_key = far.node_key
    where near_links.component_key <> far.component_key
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
