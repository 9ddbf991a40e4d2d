with

orders as (
    select * from {{ ref('stg_files__orders') }}
),

line_totals as (
    select
        order_id,
        sum(line_amount) as line_amount
    from {{ ref('int_order_lines_files') }}
    group by order_id
),

-- a file of lines has no total of the order: it is what its lines come to
totalled as (
    select
        orders.*,
        coalesce(
            orders.total_amount,
            line_totals.line_amount + coalesce(orders.shipping_amount, 0)
        ) as order_amount
    from orders
    left join line_totals
        on orders.source || ':' || orders.source_order_id = line_totals.order_id
),

mapped as (
    select
        source || ':' || source_order_id as order_id,
        source,
        source_order_id,
        order_number,
        coalesce(
            coalesce(customer_source, source) || ':' || source_customer_id,
            case when email is not null then source || ':guest-' || source_order_id end
        ) as record_id,
        lower(channel) as channel,
        store_id,
        case
            when is_return or (is_return is null and order_amount < 0)
                then 'return'
            else 'sale'
        end as order_type,
        -- an order of which neither total nor lines have come is not counted as a sale
        case
            when lower(status) in ('cancelled', 'canceled') then 'cancelled'
            when lower(status) = 'completed' and order_amount is not null
                then 'completed'
            else 'pending'
        end as status,
        currency,
        coupon_code,
        loyalty_card,
        cast(null as text) as original_order_id,
        -- of an order that comes without lines, the articles are all but the shipping
        cast(order_amount - coalesce(shipping_amount, 0) as decimal(18, 2))
            as items_amount,
        coalesce(shipping_amount, 0) as shipping_amount,
        cast(null as decimal(18, 2)) as discount_amount,
        cast(null as decimal(18, 2)) as tax_amount,
        cast(coalesce(order_amount, 0) as decimal(18, 2)) as total_amount,
        ordered_at,
        updated_at
    from totalled
)

select * from mapped
