with

history as (
    select * from {{ ref('customer_identity_history') }}
),

records as (
    select * from {{ ref('customer_records') }}
)

select
    history.record_id,
    records.source,
    records.source_customer_id,
    history.customer_id,
    history.valid_from
from history
inner join records on history.record_id = records.record_id
-- Only the period that holds now.
where history.valid_to is null
