-- A run counts the blocks that changed records are in or have left.
with

sizes as (
    select
        rule,
        block_hash,
        count(case when not is_gone then 1 end) as record_count
    from {{ ref('int_block_members') }}
    {% if is_incremental() %}
        where
            (rule, block_hash) in (
                select
                    touched.rule,
                    touched.block_hash
                from {{ ref('int_block_members') }} as touched
                where {{ since_last_run('touched.changed_at') }}
            )
    {% endif %}
    group by rule, block_hash
    {{ 'having count(case when not is_gone then 1 end) > 1' if not is_incremental() }}
),

types as (
    select * from {{ ref('identity_identifier_types') }}
),

-- Only a value on more records than its limit can have more people than its limit.
large as (
    select sizes.*
    from sizes
    left join types on sizes.rule = types.rule
    where sizes.record_count > coalesce(types.people_limit, case
        when sizes.rule = 8192 then {{ var('identity_door_limit') }}
    end)
),

-- Most members are of rules without a limit: they need not be looked up.
members as (
    select * from {{ ref('int_block_members') }}
    where rule = 8192 or rule <= (select max(types.rule) from types)
),

-- People are told apart by the starts of their names, so that a typo is not a person;
-- companies, and whoever left out a name, by the one that is there.
crowded as (
    select
        large.rule,
        large.block_hash,
        greatest(
            count(
                distinct substr(records.first_name_key, 1, 3)
                || '|' || substr(records.last_name_key, 1, 3)
            ),
            count(distinct substr(records.first_name_key, 1, 3)),
            -- Pharmacie du Lac and Pharmacie Roux begin alike
            count(
                distinct substr(records.last_name_key, 1, 3)
                || case
                    when records.is_company then right(records.last_name_key, 3) else ''
                end
            ),
            count(distinct records.birth_date_key)
        ) as people_count
    from large
    inner join members
        on large.rule = members.rule and large.block_hash = members.block_hash
    inner join {{ ref('int_match_records') }} as records
        on members.record_key = records.record_key
    where not members.is_gone
    group by large.rule, large.block_hash
)

select
    sizes.*,
    crowded.people_count,
    {{ run_time() }} as changed_at
from sizes
left join crowded
    on sizes.rule = crowded.rule and sizes.block_hash = crowded.block_hash
