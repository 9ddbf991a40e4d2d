with

source as (
    select * from {{ source('magento', 'categories') }}
),

renamed as (
    select
        cast(id as text) as magento_category_id,
        cast(parent_id as text) as parent_category_id,
        nullif(trim(name), '') as category_name,
        nullif(trim(path), '') as category_path,
        level,
        is_active
    from source
)

select * from renamed
