{{ config(materialized='view') }}
-- A record's id says its source and its key there.
select
    record_id,
    split_part(record_id, ':', 1) as source,
    substr(record_id, length(split_part(record_id, ':', 1)) + 2) as source_customer_id,
    customer_id,
    valid_from
from {{ ref('customer_identity_history') }}
where valid_to is null
union all
select
    record_id,
    source,
    source_customer_id,
    customer_id,
    cast(null as timestamp) as valid_from
from {{ ref('int_echoes') }}
