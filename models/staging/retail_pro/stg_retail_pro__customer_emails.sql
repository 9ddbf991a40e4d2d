with

source as (
    select * from {{ source('retail_pro', 'customer_email') }}
),

renamed as (
    select
        cast(sid as text) as retail_pro_email_id,
        cast(cust_sid as text) as retail_pro_customer_id,
        nullif(trim(email_address), '') as email,
        modified_datetime as updated_at
    from source
)

select * from renamed
