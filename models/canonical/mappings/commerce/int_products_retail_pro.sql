with

items as (
    select * from {{ ref('stg_retail_pro__items') }}
),

departments as (
    select * from {{ ref('stg_retail_pro__departments') }}
),

mapped as (
    select
        'retail_pro' as source,
        items.sku as product_id,
        items.product_name as name,
        cast(null as text) as brand,
        departments.department_name as category,
        items.retail_pro_item_id as source_product_id,
        items.unit_price as price,
        true as is_active,
        items.updated_at
    from items
    left join departments
        on items.retail_pro_department_id = departments.retail_pro_department_id
)

select * from mapped
