with

lines as (
    select * from {{ ref('canonical_order_lines') }}
),

orders as (
    select * from {{ ref('orders') }}
),

joined as (
    select
        lines.order_line_id,
        lines.order_id,
        orders.customer_id,
        orders.store_id,
        lines.sku as product_id,
        lines.original_order_id,
        lines.source,
        orders.channel,
        orders.order_type,
        orders.status,
        orders.currency,
        lines.quantity,
        lines.unit_price,
        lines.discount_amount,
        lines.tax_amount,
        lines.line_amount,
        lines.is_return,
        orders.ordered_at
    from lines
    -- a line whose order never came is kept: sums must equal the sources'
    left join orders on lines.order_id = orders.order_id
)

select * from joined
