with

products as (
    select * from {{ ref('stg_files__products') }}
),

mapped as (
    select
        source,
        sku as product_id,
        product_name as name,
        brand,
        category,
        sku as source_product_id,
        unit_price as price,
        coalesce(is_active, true) as is_active,
        updated_at
    from products
)

select * from mapped
