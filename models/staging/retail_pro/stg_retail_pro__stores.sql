with

source as (
    select * from {{ source('retail_pro', 'store') }}
),

renamed as (
    select
        cast(sid as text) as retail_pro_store_id,
        cast(sbs_sid as text) as subsidiary_id,
        nullif(trim(store_code), '') as store_code,
        nullif(trim(store_name), '') as store_name,
        nullif(trim(address_1), '') as address_line_1,
        nullif(trim(postal_code), '') as postcode,
        nullif(trim(city), '') as city,
        nullif(trim(country_code), '') as country,
        nullif(trim(phone_no), '') as phone,
        nullif(trim(email_address), '') as email,
        active as active_code
    from source
)

select * from renamed
