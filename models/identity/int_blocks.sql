-- A block of a rule is never larger than the rule's limit; a larger one of an
-- identifier becomes a star per name, any other is left to the other rules. Both show
-- here by their size.
with

keys as (
    select
        record_key,
        rule,
        {{ hash_key('block_key') }} as block_hash
    from {{ ref('int_block_keys') }}
    where block_key is not null
),

rules as (
    select * from {{ ref('identity_blocking_rules') }}
),

blocks as (
    select
        rule,
        block_hash,
        count(*) as record_count
    from keys
    group by rule, block_hash
    having count(*) > 1
)

select
    keys.record_key,
    keys.rule,
    keys.block_hash,
    blocks.record_count,
    blocks.record_count <= rules.block_limit as is_within_limit
from keys
inner join blocks on keys.rule = blocks.rule and keys.block_hash = blocks.block_hash
inner join rules on keys.rule = rules.rule
