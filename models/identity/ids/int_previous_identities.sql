-- The loop through time: what the last run left. Not a ref, which would be a cycle.
select
    record_id,
    customer_id,
    valid_from,
    valid_to
from {{ state_of('customer_identity_history', {
    'record_id': 'text', 'customer_id': 'text',
    'valid_from': 'timestamp', 'valid_to': 'timestamp',
}) }} as history
