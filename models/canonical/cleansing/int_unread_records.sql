-- All at first and in a full refresh. What a run had noted that was killed before
-- customer_records has rows of it is read again.
with

contents as (
    {{ customer_contents(
        ref('canonical_customers'), ref('canonical_contact_points')
    ) }}
),

kept as (
    select
        read_before.record_id,
        read_before.content_hash,
        read_before.changed_at
    from {{ kept_rows('customer_records', {
        'record_id': 'text', 'content_hash': 'bigint', 'changed_at': 'timestamp'
    }) }} as read_before
),

unfinished as (
    select noted.record_id
    from {{ kept_rows('int_unread_records', {
        'record_id': 'text', 'noted_at': 'timestamp'
    }) }} as noted
    where noted.noted_at not in (select kept.changed_at from kept)
)

select
    coalesce(contents.record_id, kept.record_id, unfinished.record_id) as record_id,
    {{ run_time() }} as noted_at
from contents
full outer join kept on contents.record_id = kept.record_id
full outer join unfinished
    on coalesce(contents.record_id, kept.record_id) = unfinished.record_id
where
    {{ has_been_read() }}
    and (
        contents.content_hash is distinct from kept.content_hash
        or unfinished.record_id is not null
    )
union all
-- nobody's content has to be asked
select
    record_id,
    {{ run_time() }} as noted_at
from {{ ref('canonical_customers') }}
where not {{ has_been_read() }}
