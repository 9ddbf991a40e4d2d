with

orders as (
    select * from {{ ref('int_orders') }}
),

order_lines as (
    select * from {{ ref('canonical_order_lines') }}
),

customers as (
    select * from {{ ref('canonical_customers') }}
),

line_totals as (
    select
        order_id,
        sum(line_amount) as items_amount,
        sum(discount_amount) as discount_amount,
        sum(tax_amount) as tax_amount
    from order_lines
    group by order_id
),

amounts as (
    select
        orders.*,
        customers.record_id as known_record_id,
        coalesce(line_totals.items_amount, orders.items_amount, 0)
            as order_items_amount,
        -- the document's own figure where it has one, else the sum of its lines
        coalesce(orders.discount_amount, line_totals.discount_amount, 0)
            as order_discount_amount,
        coalesce(orders.tax_amount, line_totals.tax_amount, 0) as order_tax_amount
    from orders
    left join line_totals on orders.order_id = line_totals.order_id
    -- a buyer whose record was set aside leaves an anonymous order: its amount counts
    left join customers on orders.record_id = customers.record_id
),

canonical as (
    select
        order_id,
        source,
        source_order_id,
        order_number,
        known_record_id as record_id,
        channel,
        store_id,
        order_type,
        status,
        upper(currency) as currency,
        coupon_code,
        loyalty_card,
        original_order_id,
        cast(order_items_amount as decimal(18, 2)) as items_amount,
        cast(shipping_amount as decimal(18, 2)) as shipping_amount,
        -- what neither lines nor shipping explain: adjustments of a refund, lines set
        -- aside, documents that do not add up. It shows, it does not vanish
        cast(total_amount - order_items_amount - shipping_amount as decimal(18, 2))
            as adjustment_amount,
        cast(order_discount_amount as decimal(18, 2)) as discount_amount,
        cast(order_tax_amount as decimal(18, 2)) as tax_amount,
        cast(total_amount as decimal(18, 2)) as total_amount,
        ordered_at,
        updated_at
    from amounts
)

select * from canonical
