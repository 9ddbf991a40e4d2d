with

source as (
    select * from {{ source('magento', 'products') }}
),

renamed as (
    select
        cast(id as text) as magento_product_id,
        cast(category_id as text) as magento_category_id,
        nullif(trim(sku), '') as sku,
        nullif(trim(name), '') as product_name,
        nullif(trim(type_id), '') as product_type,
        status as status_code,
        price as unit_price,
        created_at,
        updated_at
    from source
)

select * from renamed
