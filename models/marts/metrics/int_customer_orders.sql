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
        case when currency = '{{ var("reporting_currency") }}' then items_amount end
            as amount,
        order_type = 'sale' as is_purchase,
        currency = '{{ var("reporting_currency") }}' as is_added_up,
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
