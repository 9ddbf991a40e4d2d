with

source as (
    select * from {{ source('files', 'products') }}
),

renamed as (
    select
        nullif(trim(source), '') as source,
        nullif(trim(sku), '') as sku,
        nullif(trim(name), '') as product_name,
        nullif(trim(brand), '') as brand,
        nullif(trim(category), '') as category,
        nullif(trim(_feed), '') as feed_name,
        nullif(trim(_file), '') as file_name,
        price as unit_price,
        _row_number as file_row_number,
        is_active,
        updated_at
    from source
)

select * from renamed
