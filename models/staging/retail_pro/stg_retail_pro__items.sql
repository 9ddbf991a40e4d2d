with

source as (
    select * from {{ source('retail_pro', 'invn_sbs_item') }}
),

renamed as (
    select
        cast(sid as text) as retail_pro_item_id,
        cast(dcs_sid as text) as retail_pro_department_id,
        nullif(trim(upc), '') as bar_code,
        nullif(trim(description1), '') as product_name,
        nullif(trim(description2), '') as product_description,
        nullif(trim(text1), '') as sku,
        price as unit_price,
        modified_datetime as updated_at
    from source
)

select * from renamed
