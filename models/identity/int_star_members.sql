{{ config(materialized='view') }}
-- A star makes few pairs; those that other rules find share its identifier as well, or
-- the door of a crowd, which is no rule's (16384).
select
    members.rule,
    case when blocks.shape = 'crowd' then 16384 else members.rule end as mark,
    members.block_hash,
    members.record_key
from {{ ref('int_blocks') }} as blocks
inner join {{ ref('int_block_members') }} as members
    on blocks.rule = members.rule and blocks.block_hash = members.block_hash
where blocks.shape in ('star', 'crowd') and not members.is_gone
