-- The links that were accepted and then cut, because what they joined contradicts
-- itself.
with

links as (
    select * from {{ ref('int_links') }}
    where refusal is null
),

agreements as (
    select * from {{ ref('int_agreements') }}
),

components as (
    select * from {{ ref('int_components') }}
),

reasons as (
    select
        component_key,
        min(conflict) as reason
    from {{ ref('int_conflicts') }}
    group by component_key
)

select
    links.left_key,
    links.right_key,
    links.score,
    reasons.reason
from links
inner join agreements as near on links.left_key = near.node_key
inner join agreements as far on links.right_key = far.node_key
inner join components on links.left_key = components.node_key
inner join reasons on components.component_key = reasons.component_key
where near.component_key <> far.component_key
