with

source as (
    select * from {{ source('retail_pro', 'customer') }}
),

renamed as (
    select
        cast(sid as text) as retail_pro_customer_id,
        cast(store_sid as text) as retail_pro_store_id,
        nullif(trim(cust_id), '') as customer_number,
        nullif(trim(title), '') as title,
        nullif(trim(first_name), '') as first_name,
        nullif(trim(last_name), '') as last_name,
        nullif(trim(info1), '') as birth_name,
        nullif(trim(info2), '') as company_name,
        nullif(trim(udf1_date), '') as birth_date,
        nullif(trim(cust_type), '') as customer_type,
        nullif(trim(lty_card_no), '') as loyalty_card,
        marketing_flag as marketing_code,
        active as active_code,
        first_sale_date,
        last_sale_date,
        created_datetime as created_at,
        modified_datetime as updated_at
    from source
)

select * from renamed
