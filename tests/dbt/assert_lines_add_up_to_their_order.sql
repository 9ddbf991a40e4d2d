-- Where an order has lines, they are its items' amount.
select
    orders.order_id,
    orders.items_amount,
    sum(order_lines.line_amount) as lines_amount
from {{ ref('orders') }} as orders
inner join {{ ref('order_lines') }} as order_lines
    on orders.order_id = order_lines.order_id
group by orders.order_id, orders.items_amount
having orders.items_amount <> sum(order_lines.line_amount)
