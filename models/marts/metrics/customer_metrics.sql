with

customers as (
    select customer_id from {{ ref('customers') }}
),

totals as (
    select * from {{ ref('int_customer_totals') }}
),

units as (
    select * from {{ ref('int_customer_units') }}
),

favourites as (
    select * from {{ ref('int_customer_favourites') }}
),

-- a customer who never bought has zeros, and no average
metrics as (
    select
        customers.customer_id,
        favourites.favourite_store_id,
        favourites.favourite_channel,
        coalesce(totals.purchase_count, 0) as purchase_count,
        coalesce(totals.purchase_count_12_months, 0) as purchase_count_12_months,
        coalesce(totals.return_count, 0) as return_count,
        coalesce(totals.return_count_12_months, 0) as return_count_12_months,
        coalesce(totals.other_currency_order_count, 0) as other_currency_order_count,
        cast({{ as_of_date() }} - totals.last_purchase_date as bigint) as recency_days,
        cast(coalesce(units.units, 0) as decimal(18, 2)) as units,
        cast(coalesce(units.units_12_months, 0) as decimal(18, 2))
            as units_12_months,
        cast(coalesce(totals.revenue, 0) as decimal(18, 2)) as revenue,
        cast(coalesce(totals.revenue_12_months, 0) as decimal(18, 2))
            as revenue_12_months,
        cast(coalesce(totals.returned_amount, 0) as decimal(18, 2)) as returned_amount,
        {{ divide_to_hundredths(
            'totals.revenue', 'totals.basket_count'
        ) }} as average_basket,
        {{ divide_to_hundredths(
            'totals.revenue_12_months', 'totals.basket_count_12_months'
        ) }} as average_basket_12_months,
        {{ divide_to_hundredths('totals.revenue', 'units.added_up_units') }}
            as average_item_value,
        totals.first_purchase_date,
        totals.last_purchase_date,
        {{ as_of_date() }} as as_of_date
    from customers
    left join totals on customers.customer_id = totals.customer_id
    left join units on customers.customer_id = units.customer_id
    left join favourites on customers.customer_id = favourites.customer_id
)

select * from metrics
