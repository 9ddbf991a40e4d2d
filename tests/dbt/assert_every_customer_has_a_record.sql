-- And as many records as it says, not counting the echoes of what we published.
select
    customers.customer_id,
    customers.record_count,
    count(records.record_id) as evidence_count
from {{ ref('customers') }} as customers
left join {{ ref('customer_identities') }} as identities
    on customers.customer_id = identities.customer_id
left join {{ ref('customer_records') }} as records
    on
        identities.record_id = records.record_id
        and records.published_customer_id is null
group by customers.customer_id, customers.record_count
having
    count(records.record_id) <> customers.record_count
    or count(records.record_id) = 0
