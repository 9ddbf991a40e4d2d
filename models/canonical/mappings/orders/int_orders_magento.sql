with

orders as (
    select * from {{ ref('int_magento_orders') }}
),

items as (
    select * from {{ ref('int_magento_order_items') }}
),

cancelled_parts as (
    select
        magento_order_id,
        sum(ordered_amount - line_amount) as cancelled_amount
    from items
    group by magento_order_id
),

mapped as (
    select
        'magento:' || orders.magento_order_id as order_id,
        'magento' as source,
        orders.magento_order_id as source_order_id,
        orders.order_number,
        orders.record_id,
        'web' as channel,
        orders.store_id,
        'sale' as order_type,
        -- new, holded and payment_review are not paid for yet
        case
            when orders.state = 'canceled' then 'cancelled'
            when orders.state in ('complete', 'closed', 'processing') then 'completed'
            else 'pending'
        end as status,
        orders.currency,
        orders.coupon_code,
        cast(null as text) as loyalty_card,
        cast(null as text) as original_order_id,
        cast(null as decimal(18, 2)) as items_amount,
        coalesce(orders.shipping_amount, 0) as shipping_amount,
        -coalesce(orders.discount_amount, 0) as discount_amount,
        coalesce(orders.tax_amount, 0) as tax_amount,
        -- the source's total still counts the pieces cancelled
        orders.total_amount
        - coalesce(cancelled_parts.cancelled_amount, 0) as total_amount,
        orders.ordered_at,
        orders.updated_at
    from orders
    left join cancelled_parts
        on orders.magento_order_id = cancelled_parts.magento_order_id
)

select * from mapped
