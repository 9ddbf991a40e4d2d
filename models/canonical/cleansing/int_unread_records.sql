-- A record that has gone has no content.
{% set kept = kept_table('customer_records', 'content_hash') %}
with

contents as (
    select * from {{ ref('int_customer_contents') }}
)

select
    {{ 'coalesce(contents.record_id, kept.record_id)' if kept else 'record_id' }}
        as record_id,
    contents.content_hash
from contents
{% if kept %}
    full outer join {{ kept }} as kept on contents.record_id = kept.record_id
    where contents.content_hash is distinct from kept.content_hash
{% endif %}
