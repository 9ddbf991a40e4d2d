with

items as (
    select * from {{ ref('int_magento_order_items') }}
),

lines as (
    select
        'magento:' || magento_order_item_id as order_line_id,
        'magento:' || magento_order_id as order_id,
        'magento' as source,
        sku,
        cast(null as text) as original_order_id,
        ordered_quantity * kept_share as quantity,
        unit_price,
        coalesce(discount_amount, 0) * kept_share as discount_amount,
        coalesce(tax_amount, 0) * kept_share as tax_amount,
        line_amount,
        false as is_return
    from items
)

select * from lines
