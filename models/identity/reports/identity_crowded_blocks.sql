with

blocks as (
    select * from {{ ref('int_blocks') }}
),

rules as (
    select * from {{ ref('identity_blocking_rules') }}
),

crowded as (
    select
        blocks.rule,
        blocks.block_hash,
        rules.name as rule_name,
        case
            when blocks.refusal is not null then 'refused: ' || blocks.refusal
            when blocks.shape = 'star' then 'a star for each name'
            else 'left to the other rules'
        end as outcome,
        blocks.record_count,
        rules.block_limit
    from blocks
    inner join rules on blocks.rule = rules.rule
    where
        blocks.record_count > rules.block_limit
        or blocks.refusal is not null and blocks.record_count > 1
),

examples as (
    select
        members.rule,
        members.block_hash,
        min(records.record_id) as example_record_id
    from {{ ref('int_block_members') }} as members
    inner join {{ ref('int_match_records') }} as records
        on members.record_key = records.record_key
    where not members.is_gone
    group by members.rule, members.block_hash
)

select
    crowded.rule,
    crowded.block_hash,
    crowded.rule_name,
    crowded.outcome,
    examples.example_record_id,
    cast(crowded.record_count as bigint) as record_count,
    crowded.block_limit
from crowded
inner join examples
    on
        crowded.rule = examples.rule
        and crowded.block_hash = examples.block_hash
