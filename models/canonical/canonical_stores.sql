with

retail_pro_stores as (
    select * from {{ ref('stg_retail_pro__stores') }}
),

magento_stores as (
    select * from {{ ref('stg_magento__stores') }}
),

file_stores as (
    select * from {{ ref('stg_files__stores') }}
),

stores as (
    select
        'retail_pro' as source,
        store_code as store_id,
        store_name as name,
        'store' as store_type,
        address_line_1,
        postcode,
        city,
        country,
        phone,
        email,
        coalesce(active_code, 1) = 1 as is_active
    from retail_pro_stores
    union all
    select
        'magento' as source,
        'web_' || store_code as store_id,
        store_name as name,
        'web' as store_type,
        cast(null as text) as address_line_1,
        cast(null as text) as postcode,
        cast(null as text) as city,
        cast(null as text) as country,
        cast(null as text) as phone,
        cast(null as text) as email,
        coalesce(is_active, true) as is_active
    from magento_stores
    union all
    select
        source,
        store_id,
        store_name as name,
        lower(store_type) as store_type,
        address_line_1,
        postcode,
        city,
        country,
        phone,
        email,
        coalesce(is_active, true) as is_active
    from file_stores
)

select * from stores
