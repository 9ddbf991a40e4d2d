with

source as (
    select * from {{ source('magento', 'cart_items') }}
),

renamed as (
    select
        cast(item_id as text) as magento_cart_item_id,
        cast(quote_id as text) as magento_cart_id,
        nullif(trim(sku), '') as sku,
        nullif(trim(name), '') as product_name,
        qty as quantity,
        price as unit_price
    from source
)

select * from renamed
