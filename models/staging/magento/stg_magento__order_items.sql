with

source as (
    select * from {{ source('magento', 'order_items') }}
),

renamed as (
    select
        cast(item_id as text) as magento_order_item_id,
        cast(order_id as text) as magento_order_id,
        cast(parent_item_id as text) as parent_order_item_id,
        cast(product_id as text) as magento_product_id,
        nullif(trim(sku), '') as sku,
        nullif(trim(name), '') as product_name,
        nullif(trim(product_type), '') as product_type,
        qty_ordered as ordered_quantity,
        qty_refunded as refunded_quantity,
        qty_canceled as cancelled_quantity,
        price_incl_tax as unit_price,
        cast(round(row_total_incl_tax, 2) as decimal(18, 2)) as row_amount,
        cast(round(discount_amount, 2) as decimal(18, 2)) as discount_amount,
        cast(round(tax_amount, 2) as decimal(18, 2)) as tax_amount,
        created_at
    from source
)

select * from renamed
