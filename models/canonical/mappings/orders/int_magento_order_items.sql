with

items as (
    select * from {{ ref('stg_magento__order_items') }}
),

orders as (
    select * from {{ ref('stg_magento__orders') }}
),

-- Pieces cancelled out of an order that went on were never paid: their share of the
-- line goes. A wholly cancelled order keeps its lines: its status keeps it from sales.
shares as (
    select
        items.*,
        case
            when orders.state = 'canceled' or items.ordered_quantity = 0 then 1
            else
                cast(
                    1 - coalesce(items.cancelled_quantity, 0) / items.ordered_quantity
                    as decimal(18, 12)
                )
        end as kept_share,
        coalesce(items.row_amount, 0) - coalesce(items.discount_amount, 0)
            as ordered_amount
    from items
    left join orders on items.magento_order_id = orders.magento_order_id
    -- a child line repeats its parent's stock-keeping unit and bears no amount
    where items.parent_order_item_id is null
),

kept as (
    select
        *,
        cast(round(ordered_amount * kept_share, 2) as decimal(18, 2)) as line_amount
    from shares
)

select * from kept
