{{ config(materialized='view') }}
-- What the evidence says of two records, unless a person has the last word.
with

decisions as (
    select * from {{ ref('int_decisions_in_force') }}
    where decision is not null
),

decided_records as (
    select node_key from {{ ref('int_decided_groups') }}
)

select
    links.left_key,
    links.right_key,
    links.score,
    decisions.decision,
    case
        when decisions.decision = 'match' then null
        when decisions.decision = 'distinct' then 'decided distinct'
        when links.refusal is not null then links.refusal
        -- It bridges no two people: what a person decided is its best link.
        when near.node_key is not null or far.node_key is not null
            then 'no name, decided otherwise'
    end as refusal
from {{ ref('int_links') }} as links
left join decisions
    on links.left_key = decisions.left_key and links.right_key = decisions.right_key
left join decided_records as near
    on case when links.is_left_nameless then links.left_key end = near.node_key
left join decided_records as far
    on case when links.is_right_nameless then links.right_key end = far.node_key
union all
select
    decisions.left_key,
    decisions.right_key,
    null as score,
    decisions.decision,
    case when decisions.decision = 'distinct' then 'decided distinct' end as refusal
from decisions
left join {{ ref('int_links') }} as links
    on decisions.left_key = links.left_key and decisions.right_key = links.right_key
where links.left_key is null
