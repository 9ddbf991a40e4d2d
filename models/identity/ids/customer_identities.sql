{{ config(materialized='view') }}
select
    record_id,
    source,
    source_customer_id,
    customer_id,
    valid_from
from {{ ref('int_identified_records') }}
where customer_id is not null
