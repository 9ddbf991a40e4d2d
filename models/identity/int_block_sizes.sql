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
    {% if not is_incremental() %}
        having count(case when not is_gone then 1 end) > 1
    {% endif %}
),

limits as (
    select
        rule,
        people_limit
    from {{ ref('identity_identifier_types') }}
    union all
    select
        rule,
        {{ var('identity_door_limit') }} as people_limit
    from {{ ref('identity_blocking_rules') }}
    where rule = 8192
),

-- Only a value on more records than its limit can have more people than its limit.
-- People are told apart by the starts of their names, so that a typo is not a person;
-- companies, and whoever left out a name, by the one that is there.
crowded as (
    select
        sizes.rule,
        sizes.block_hash,
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
    from sizes
    inner join limits
        on sizes.rule = limits.rule and sizes.record_count > limits.people_limit
    inner join {{ ref('int_block_members') }} as members
        on sizes.rule = members.rule and sizes.block_hash = members.block_hash
    inner join {{ ref('int_match_records') }} as records
        on members.record_key = records.record_key
    where not members.is_gone
    group by sizes.rule, sizes.block_hash
)

select
    sizes.rule,
    sizes.block_hash,
    sizes.record_count,
    crowded.people_count,
    {{ run_time() }} as changed_at
from sizes
left join crowded
    on sizes.rule = crowded.rule and sizes.block_hash = crowded.block_hash
