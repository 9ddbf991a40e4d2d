with

orders as (
    select * from {{ ref('orders') }}
),

counted as (
    -- pending and cancelled orders are no revenue; later days are not known yet
    select
        order_id,
        customer_id,
        store_id,
        channel,
        items_amount as amount,
        order_type = 'sale' as is_purchase,
        cast(ordered_at as date) > {{ date_before(12, 'month') }} as is_in_12_months,
        cast(ordered_at as date) as order_date,
        ordered_at
    from orders
    where
        customer_id is not null
        and status = 'completed'
        and cast(ordered_at as date) <= {{ as_of_date() }}
)

select * from counted
