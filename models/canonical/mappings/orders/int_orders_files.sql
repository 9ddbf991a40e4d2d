with

orders as (
    select * from {{ ref('stg_files__orders') }}
),

mapped as (
    select
        source || ':' || source_order_id as order_id,
        source,
        source_order_id,
        order_number,
        coalesce(customer_source, source) || ':' || source_customer_id as record_id,
        lower(channel) as channel,
        store_id,
        case
            when is_return or (is_return is null and total_amount < 0)
                then 'return'
            else 'sale'
        end as order_type,
        -- a status outside the contract's three is not counted as a sale
        case lower(status)
            when 'completed' then 'completed'
            when 'cancelled' then 'cancelled'
            when 'canceled' then 'cancelled'
            else 'pending'
        end as status,
        currency,
        coupon_code,
        loyalty_card,
        cast(null as text) as original_order_id,
        coalesce(shipping_amount, 0) as shipping_amount,
        cast(null as decimal(18, 2)) as discount_amount,
        cast(null as decimal(18, 2)) as tax_amount,
        total_amount,
        ordered_at,
        updated_at
    from orders
)

select * from mapped
