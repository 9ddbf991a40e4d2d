with

source as (
    select * from {{ source('retail_pro', 'customer_address') }}
),

renamed as (
    select
        cast(sid as text) as retail_pro_address_id,
        cast(cust_sid as text) as retail_pro_customer_id,
        nullif(trim(address_1), '') as address_line_1,
        nullif(trim(address_2), '') as address_line_2,
        nullif(trim(address_3), '') as city,
        nullif(trim(postal_code), '') as postcode,
        nullif(trim(country_code), '') as country,
        active as active_code,
        modified_datetime as updated_at
    from source
)

select * from renamed
