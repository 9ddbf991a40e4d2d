with

orders as (
    select * from {{ ref('int_customer_orders') }}
),

totals as (
    select
        customer_id,
        count(case when is_purchase then 1 end) as purchase_count,
        count(case when is_purchase and is_in_12_months then 1 end)
            as purchase_count_12_months,
        count(case when not is_purchase then 1 end) as return_count,
        count(case when not is_purchase and is_in_12_months then 1 end)
            as return_count_12_months,
        count(case when not is_added_up then 1 end) as other_currency_order_count,
        -- an average divides what was added up by what it was added up of
        count(case when is_purchase and is_added_up then 1 end) as basket_count,
        count(case when is_purchase and is_added_up and is_in_12_months then 1 end)
            as basket_count_12_months,
        cast(sum(amount) as decimal(18, 2)) as revenue,
        cast(
            sum(case when is_in_12_months then amount else 0 end) as decimal(18, 2)
        ) as revenue_12_months,
        cast(
            -1 * sum(case when is_purchase then 0 else amount end) as decimal(18, 2)
        ) as returned_amount,
        min(case when is_purchase then order_date end) as first_purchase_date,
        max(case when is_purchase then order_date end) as last_purchase_date
    from orders
    group by customer_id
)

select * from totals
