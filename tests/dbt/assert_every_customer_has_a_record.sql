-- And as many records as it says.
select
    customers.customer_id,
    customers.record_count,
    count(identities.record_id) as identity_count
from {{ ref('customers') }} as customers
left outer join {{ ref('customer_identities') }} as identities
    on customers.customer_id = identities.customer_id
group by customers.customer_id, customers.record_count
having count(identities.record_id) <> customers.record_count
