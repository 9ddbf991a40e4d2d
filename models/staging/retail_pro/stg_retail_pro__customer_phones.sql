with

source as (
    select * from {{ source('retail_pro', 'customer_phone') }}
),

renamed as (
    select
        cast(sid as text) as retail_pro_phone_id,
        cast(cust_sid as text) as retail_pro_customer_id,
        nullif(trim(phone_no), '') as phone,
        modified_datetime as updated_at
    from source
)

select * from renamed
