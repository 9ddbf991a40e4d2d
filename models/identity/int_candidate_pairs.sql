-- `rules` adds up the rules that found the pair; 1, 2, 4 and 8 are the shared
-- identifiers.
with

blocks as (
    select * from {{ ref('int_blocks') }}
),

records as (
    select * from {{ ref('int_match_records') }}
),

pairs_in_blocks as (
    select
        near.record_key as left_key,
        far.record_key as right_key,
        near.rule
    from blocks as near
    inner join blocks as far
        on
            near.rule = far.rule
            and near.block_hash = far.block_hash
            and near.record_key < far.record_key
    where near.is_within_limit and far.is_within_limit
),

-- Hundreds of guest orders of one person: each is compared with the first one of its
-- name.
stars as (
    select
        min(blocks.record_key) over (
            partition by
                blocks.rule,
                blocks.block_hash,
                records.first_name_key,
                records.last_name_key
        ) as left_key,
        blocks.record_key as right_key,
        blocks.rule
    from blocks
    inner join records on blocks.record_key = records.record_key
    where not blocks.is_within_limit and blocks.rule <= 8
),

found as (
    select * from pairs_in_blocks
    union all
    select * from stars
    where left_key < right_key
)

select
    left_key,
    right_key,
    cast(bit_or(rule) as integer) as rules
from found
group by left_key, right_key
