-- customer_identities reads a record's source and key from its id.
select record_id
from {{ ref('customer_records') }}
where
    record_id <> source || ':' || source_customer_id
    or split_part(record_id, ':', 1) <> source
