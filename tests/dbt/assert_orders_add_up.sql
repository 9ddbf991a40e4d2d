-- Items + shipping + adjustment = total, and items = the lines that marts will sum. An
-- order that came without lines is all items but the shipping, or all adjustment.
with

orders as (
    select * from {{ ref('canonical_orders') }}
),

order_lines as (
    select * from {{ ref('canonical_order_lines') }}
),

line_totals as (
    select
        order_id,
        sum(line_amount) as lines_amount
    from order_lines
    group by order_id
)

select
    orders.order_id,
    orders.total_amount,
    orders.items_amount,
    line_totals.lines_amount
from orders
left join line_totals on orders.order_id = line_totals.order_id
where
    orders.total_amount
    <> orders.items_amount + orders.shipping_amount + orders.adjustment_amount
    or orders.items_amount <> line_totals.lines_amount
    or (
        line_totals.order_id is null
        and orders.items_amount <> 0
        and orders.adjustment_amount <> 0
    )
