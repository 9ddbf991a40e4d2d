with

source as (
    select * from {{ source('magento', 'stores') }}
),

renamed as (
    select
        cast(id as text) as store_view_id,
        cast(website_id as text) as website_id,
        cast(store_group_id as text) as store_group_id,
        nullif(trim(code), '') as store_code,
        nullif(trim(name), '') as store_name,
        is_active
    from source
)

select * from renamed
