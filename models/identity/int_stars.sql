{{ config(materialized='view') }}
-- Hundreds of guest orders of one person: each is compared with the first one of its
-- name.
with

blocks as (
    select * from {{ ref('int_blocks') }}
    where shape = 'star'
),

edges as (
    select
        min(members.record_key) over (
            partition by
                members.rule,
                members.block_hash,
                records.first_name_key,
                records.last_name_key
        ) as left_key,
        members.record_key as right_key,
        members.rule
    from blocks
    inner join {{ ref('int_block_members') }} as members
        on blocks.rule = members.rule and blocks.block_hash = members.block_hash
    inner join {{ ref('int_match_records') }} as records
        on members.record_key = records.record_key
    where not members.is_gone
)

select * from edges
where left_key < right_key
