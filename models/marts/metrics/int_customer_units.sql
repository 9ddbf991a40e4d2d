with

orders as (
    select
        order_id,
        customer_id,
        is_added_up,
        is_in_12_months
    from {{ ref('int_customer_orders') }}
),

lines as (
    select
        order_id,
        quantity
    from {{ ref('order_lines') }}
),

units as (
    select
        orders.customer_id,
        cast(sum(lines.quantity) as decimal(18, 2)) as units,
        cast(
            sum(case when orders.is_in_12_months then lines.quantity else 0 end)
            as decimal(18, 2)
        ) as units_12_months,
        cast(
            sum(case when orders.is_added_up then lines.quantity else 0 end)
            as decimal(18, 2)
        ) as added_up_units
    from lines
    inner join orders on lines.order_id = orders.order_id
    group by orders.customer_id
)

select * from units
