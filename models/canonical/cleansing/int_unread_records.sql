-- A record that has gone has no content. What a run had noted that was killed before
-- customer_records has rows of it is read again.
{% set kept = kept_table('customer_records', 'content_hash') %}
{% set noted = kept_table('int_unread_records', 'noted_at') %}
with

contents as (
    select * from {{ ref('int_customer_contents') }}
),

kept as (
    select
        record_id,
        content_hash
    {% if kept and noted %}
        from {{ kept }}
    {% else %}
        from contents
        where 1 = 0
    {% endif %}
),

unfinished as (
    select record_id
    {% if kept and noted %}
        from {{ noted }}
        where noted_at not in (select changed_at from {{ kept }})
    {% else %}
        from contents
        where 1 = 0
    {% endif %}
)

select
    coalesce(contents.record_id, kept.record_id, unfinished.record_id) as record_id,
    contents.content_hash,
    {{ run_time() }} as noted_at
from contents
full outer join kept on contents.record_id = kept.record_id
full outer join unfinished
    on coalesce(contents.record_id, kept.record_id) = unfinished.record_id
where
    contents.content_hash is distinct from kept.content_hash
    or unfinished.record_id is not null
