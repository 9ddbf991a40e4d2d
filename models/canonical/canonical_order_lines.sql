with

order_lines as (
    -- a new source is a line here
    select * from {{ ref('int_order_lines_magento') }}
    union all
    select * from {{ ref('int_order_lines_magento_refunds') }}
    union all
    select * from {{ ref('int_order_lines_retail_pro') }}
    union all
    select * from {{ ref('int_order_lines_files') }}
),

orders as (
    select * from {{ ref('int_orders') }}
),

-- amounts are rounded here, once, so that every sum downstream is exact
rounded as (
    select
        order_lines.order_line_id,
        order_lines.order_id,
        order_lines.source,
        order_lines.sku,
        order_lines.sku as product_id,
        order_lines.original_order_id,
        cast(round(order_lines.quantity, 4) as decimal(18, 4)) as quantity,
        cast(round(order_lines.unit_price, 2) as decimal(18, 2)) as unit_price,
        cast(round(order_lines.discount_amount, 2) as decimal(18, 2))
            as discount_amount,
        cast(round(order_lines.tax_amount, 2) as decimal(18, 2)) as tax_amount,
        cast(round(order_lines.line_amount, 2) as decimal(18, 2)) as line_amount,
        order_lines.is_return
    from order_lines
    -- a line whose order was set aside has no date and no buyer; load_reconciliation
    -- counts it
    inner join orders on order_lines.order_id = orders.order_id
)

select * from rounded
