{{ config(materialized='connected_components') }}
-- What the evidence would join by itself, where people have decided.
with

decided_components as (
    select components.component_key
    from {{ ref('int_components') }} as components
    inner join {{ ref('int_decided_groups') }} as decided
        on components.node_key = decided.node_key
),

members as (
    select node_key from {{ ref('int_components') }}
    where
        component_key in (
            select decided_components.component_key from decided_components
        )
),

links as (
    select
        left_key,
        right_key
    from {{ ref('int_links') }}
    where refusal is null and left_key in (select members.node_key from members)
)

select links.*
from links
left join {{ ref('int_cuts') }} as cuts
    on links.left_key = cuts.left_key and links.right_key = cuts.right_key
where cuts.left_key is null
