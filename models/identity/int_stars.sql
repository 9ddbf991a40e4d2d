{{ config(materialized='view') }}
-- Hundreds of guest orders of one person: each is compared with the first one of its
-- name and birth date, since a father and a son may share all else, and the first ones
-- with each other, since a typo makes a name.
with

stars as (
    select
        blocks.rule,
        blocks.block_hash,
        -- Who contradicts is looked at in pairs: of very many, the name has to do.
        blocks.record_count <= 100 * rules.block_limit as has_dates
    from {{ ref('int_blocks') }} as blocks
    inner join {{ ref('identity_blocking_rules') }} as rules on blocks.rule = rules.rule
    where blocks.shape = 'star'
),

members as (
    select
        members.*,
        min(members.record_key) over (
            partition by
                members.rule,
                members.block_hash,
                records.first_name_key,
                records.last_name_key,
                case when stars.has_dates then records.birth_date_key end
        ) as first_key
    from {{ ref('int_star_members') }} as members
    inner join stars
        on members.rule = stars.rule and members.block_hash = stars.block_hash
    inner join {{ ref('int_match_records') }} as records
        on members.record_key = records.record_key
),

firsts as (
    select
        rule,
        block_hash,
        first_key,
        count(*) over (partition by rule, block_hash) as name_count
    from members
    where record_key = first_key
),

edges as (
    select
        first_key as left_key,
        record_key as right_key,
        rule
    from members
    where first_key < record_key
    union all
    select
        near.first_key as left_key,
        far.first_key as right_key,
        near.rule
    from firsts as near
    inner join firsts as far
        on
            near.rule = far.rule
            and near.block_hash = far.block_hash
            and near.first_key < far.first_key
    inner join {{ ref('identity_blocking_rules') }} as rules on near.rule = rules.rule
    where near.name_count <= rules.block_limit
)

select * from edges
