-- An echo of what we published may have none: it does not keep its customer alive.
select records.record_id
from {{ ref('customer_records') }} as records
left join {{ ref('customer_identities') }} as identities
    on records.record_id = identities.record_id
left join {{ ref('customers') }} as customers
    on identities.customer_id = customers.customer_id
group by records.record_id
having
    count(customers.customer_id)
    <> max(
        case
            when
                records.published_customer_id is null
                or identities.customer_id is not null
                then 1
            else 0
        end
    )
