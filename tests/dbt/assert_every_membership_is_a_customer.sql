select
    memberships.segment,
    memberships.customer_id
from {{ ref('segment_memberships') }} as memberships
left join {{ ref('customers') }} as customers
    on memberships.customer_id = customers.customer_id
where customers.customer_id is null
