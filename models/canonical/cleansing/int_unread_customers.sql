select * from {{ ref('canonical_customers') }}
{{ where_unread('record_id') }}
