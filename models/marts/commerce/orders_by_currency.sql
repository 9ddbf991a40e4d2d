with

orders as (
    select * from {{ ref('orders') }}
    where
        status = 'completed'
        and cast(ordered_at as date) <= {{ as_of_date() }}
),

by_currency as (
    select
        source,
        currency,
        count(*) as order_count,
        count(distinct customer_id) as customer_count,
        cast(sum(items_amount) as decimal(18, 2)) as items_amount,
        cast(sum(total_amount) as decimal(18, 2)) as total_amount,
        currency = '{{ var("reporting_currency") }}' as is_added_up
    from orders
    group by source, currency
)

select * from by_currency
