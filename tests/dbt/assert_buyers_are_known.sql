{{ config(severity='warn', fail_calc='coalesce(sum(order_count), 0)') }}
-- A warning, for whoever declares the feeds: orders of these sources name a customer
-- that no table of customers holds, and count as nobody's. His record may be in
-- quarantine, or the key be another system's (`customer_source`). Who was erased stays
-- in the number until his orders lose his key.
with

orders as (
    select * from {{ ref('int_orders') }}
),

customers as (
    select * from {{ ref('canonical_customers') }}
)

select
    orders.source,
    count(*) as order_count
from orders
left join customers on orders.record_id = customers.record_id
where orders.record_id is not null and customers.record_id is null
group by orders.source
