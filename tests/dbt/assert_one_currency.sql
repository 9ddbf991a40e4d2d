-- What is added up of a customer is in one currency, and what is in another is counted
-- beside it: orders, and the carts of a segment. Between them the currencies hold every
-- order; one without a currency would be in none.
with

orders as (
    select
        customer_id,
        sum(
            case when currency = '{{ var("reporting_currency") }}' then items_amount end
        ) as revenue,
        count(case when currency <> '{{ var("reporting_currency") }}' then 1 end)
            as other_order_count
    from {{ ref('orders') }}
    where status = 'completed' and cast(ordered_at as date) <= {{ as_of_date() }}
    group by customer_id
),

carts as (
    select
        customer_id,
        sum(total_amount) as cart_amount
    from {{ ref('carts') }}
    where is_abandoned and currency = '{{ var("reporting_currency") }}'
    group by customer_id
),

counted as (
    select
        currency,
        sum(order_count) as order_count,
        sum(items_amount) as items_amount
    from {{ ref('orders_by_currency') }}
    group by currency
),

placed as (
    select
        currency,
        count(*) as order_count,
        sum(items_amount) as items_amount
    from {{ ref('orders') }}
    where status = 'completed' and cast(ordered_at as date) <= {{ as_of_date() }}
    group by currency
)

select
    metrics.customer_id,
    'orders' as what
from {{ ref('customer_metrics') }} as metrics
left join orders on metrics.customer_id = orders.customer_id
where
    metrics.revenue <> coalesce(orders.revenue, 0)
    or metrics.other_currency_order_count <> coalesce(orders.other_order_count, 0)
union all
select
    coalesce(counted.currency, placed.currency) as customer_id,
    'currencies' as what
from counted
full outer join placed on counted.currency = placed.currency
where
    counted.currency is null
    or placed.currency is null
    or counted.order_count <> placed.order_count
    or counted.items_amount <> placed.items_amount
union all
select
    segment.customer_id,
    'carts' as what
from {{ ref('segment_abandoned_cart') }} as segment
left join carts on segment.customer_id = carts.customer_id
-- the segment leaves the oldest carts out, and never holds more than there is
where segment.cart_amount > coalesce(carts.cart_amount, 0)
