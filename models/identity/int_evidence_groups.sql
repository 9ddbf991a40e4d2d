{{ config(materialized='connected_components') }}
-- What the evidence would join by itself, where people have decided.
with

components as (
    select * from {{ ref('int_components') }}
),

decided_components as (
    select distinct components.component_key
    from {{ ref('int_decided_groups') }} as decided
    inner join components on decided.node_key = components.node_key
)

select
    links.left_key,
    links.right_key
from {{ ref('int_links') }} as links
inner join components on links.left_key = components.node_key
inner join decided_components
    on components.component_key = decided_components.component_key
left join {{ ref('int_cuts') }} as cuts
    on links.left_key = cuts.left_key and links.right_key = cuts.right_key
where links.refusal is null and cuts.left_key is null
