{{ config(materialized='agreeing_components', part_key='node_key') }}
-- The links and the contradictions of the components that hold a contradiction.
with

links as (
    select * from {{ ref('int_decided_links') }}
    where refusal is null and {{ is_affected('left_key') }}
),

components as (
    select * from {{ ref('int_components') }}
),

conflicts as (
    select * from {{ ref('int_decided_conflicts') }}
    where {{ is_affected('left_key') }}
),

torn_components as (
    select distinct component_key from conflicts
),

-- A link between the two that contradict was accepted with its eyes open: it holds.
conflicts_without_link as (
    select
        conflicts.left_key,
        conflicts.right_key
    from conflicts
    left join links
        on conflicts.left_key = links.left_key and conflicts.right_key = links.right_key
    where links.left_key is null
)

select
    links.left_key,
    links.right_key,
    -- A link that a person decided is the last to be cut.
    case when links.decision is null then links.score else 1000000 end as weight,
    false as is_conflict
from links
inner join components on links.left_key = components.node_key
inner join torn_components on components.component_key = torn_components.component_key
union all
select
    left_key,
    right_key,
    null as weight,
    true as is_conflict
from conflicts_without_link
