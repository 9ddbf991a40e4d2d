{{ config(materialized='view') }}
-- A star makes few pairs; those that other rules find share its identifier as well.
select
    members.rule,
    members.block_hash,
    members.record_key
from {{ ref('int_blocks') }} as blocks
inner join {{ ref('int_block_members') }} as members
    on blocks.rule = members.rule and blocks.block_hash = members.block_hash
where blocks.shape = 'star' and not members.is_gone
