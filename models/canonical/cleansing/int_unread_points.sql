-- depends_on: {{ ref('int_unread_records') }}
select points.*
from {{ ref('canonical_contact_points') }} as points
{% if kept_table('customer_records', 'content_hash') %}
    where
        points.record_id in (
            select unread.record_id from {{ ref('int_unread_records') }} as unread
        )
{% endif %}
