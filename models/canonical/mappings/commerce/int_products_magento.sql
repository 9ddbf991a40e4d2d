with

products as (
    select * from {{ ref('stg_magento__products') }}
),

categories as (
    select * from {{ ref('stg_magento__categories') }}
),

mapped as (
    select
        'magento' as source,
        products.sku as product_id,
        products.product_name as name,
        cast(null as text) as brand,
        categories.category_name as category,
        products.magento_product_id as source_product_id,
        products.unit_price as price,
        products.status_code = 1 as is_active,
        products.updated_at
    from products
    left join categories
        on products.magento_category_id = categories.magento_category_id
)

select * from mapped
