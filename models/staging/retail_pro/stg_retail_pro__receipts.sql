with

source as (
    select * from {{ source('retail_pro', 'document') }}
),

renamed as (
    select
        cast(sid as text) as retail_pro_receipt_id,
        cast(store_sid as text) as retail_pro_store_id,
        cast(bt_cuid as text) as retail_pro_customer_id,
        cast(ref_sale_sid as text) as original_receipt_id,
        nullif(trim(doc_no), '') as receipt_number,
        nullif(trim(store_code), '') as store_code,
        nullif(trim(currency), '') as currency,
        nullif(trim(tender_name), '') as payment_method,
        nullif(trim(lty_card_no), '') as loyalty_card,
        sbs_no as subsidiary_number,
        status as status_code,
        receipt_type as receipt_type_code,
        cast(round(sale_total_amt, 2) as decimal(18, 2)) as total_amount,
        disc_perc as discount_percent,
        created_datetime as ordered_at,
        invc_post_date as posted_at,
        modified_datetime as updated_at
    from source
)

select * from renamed
