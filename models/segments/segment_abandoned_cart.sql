with

carts as (
    select * from {{ ref('carts') }}
),

metrics as (
    select
        customer_id,
        last_purchase_date
    from {{ ref('customer_metrics') }}
),

abandoned as (
    select
        carts.customer_id,
        count(*) as cart_count,
        cast(
            sum(
                case
                    when carts.currency = '{{ var("reporting_currency") }}'
                        then carts.total_amount
                end
            ) as decimal(18, 2)
        ) as cart_amount,
        max(carts.updated_at) as last_cart_at
    from carts
    inner join metrics on carts.customer_id = metrics.customer_id
    where
        carts.is_abandoned
        and cast(carts.updated_at as date)
        > {{ date_before(var('cart_forgotten_after_days'), 'day') }}
        -- whoever bought since, in a shop or on the web, is not to be reminded
        and coalesce(metrics.last_purchase_date < cast(carts.updated_at as date), true)
    group by carts.customer_id
)

select * from abandoned
