-- depends_on: {{ ref('int_unread_records') }}
select customers.*
from {{ ref('canonical_customers') }} as customers
{% if kept_table('customer_records', 'content_hash') %}
    where
        customers.record_id in (
            select unread.record_id from {{ ref('int_unread_records') }} as unread
        )
{% endif %}
