-- Revenue of customer_metrics plus anonymous revenue is the revenue of the orders, as
-- far as they are in the currency that is added up.
with

orders as (
    select
        coalesce(sum(items_amount), 0) as amount,
        coalesce(sum(case when customer_id is null then items_amount end), 0)
            as anonymous_amount
    from {{ ref('orders') }}
    where
        status = 'completed'
        and currency = '{{ var("reporting_currency") }}'
        and cast(ordered_at as date) <= {{ as_of_date() }}
),

metrics as (
    select coalesce(sum(revenue), 0) as amount
    from {{ ref('customer_metrics') }}
)

select
    orders.amount,
    orders.anonymous_amount,
    metrics.amount as metrics_amount
from orders
cross join metrics
where orders.amount <> orders.anonymous_amount + metrics.amount
