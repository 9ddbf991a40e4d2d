-- Counts and sums of orders and lines are the sources', to the cent.
with

sums as (
    select
        'orders, canonical' as layer,
        count(*) as row_count,
        sum(total_amount) as amount
    from {{ ref('canonical_orders') }}
    union all
    select
        'orders, mart' as layer,
        count(*) as row_count,
        sum(total_amount) as amount
    from {{ ref('orders') }}
    union all
    select
        'lines, canonical' as layer,
        count(*) as row_count,
        sum(line_amount) as amount
    from {{ ref('canonical_order_lines') }}
    union all
    select
        'lines, mart' as layer,
        count(*) as row_count,
        sum(line_amount) as amount
    from {{ ref('order_lines') }}
)

select
    canonical.layer,
    canonical.row_count,
    mart.row_count as mart_row_count,
    canonical.amount,
    mart.amount as mart_amount
from sums as canonical
inner join sums as mart
    on replace(canonical.layer, 'canonical', 'mart') = mart.layer
where
    canonical.layer <> mart.layer
    and (
        canonical.row_count <> mart.row_count
        or coalesce(canonical.amount, 0) <> coalesce(mart.amount, 0)
    )
