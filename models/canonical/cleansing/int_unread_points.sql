select * from {{ ref('canonical_contact_points') }}
{{ where_unread('record_id') }}
