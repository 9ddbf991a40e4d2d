with

source as (
    select * from {{ source('retail_pro', 'document_item') }}
),

renamed as (
    select
        cast(sid as text) as retail_pro_receipt_line_id,
        cast(doc_sid as text) as retail_pro_receipt_id,
        cast(invn_sbs_item_sid as text) as retail_pro_item_id,
        cast(employee1_sid as text) as seller_id,
        cast(returned_item_invoice_sid as text) as original_receipt_id,
        nullif(trim(scan_upc), '') as bar_code,
        nullif(trim(vend_code), '') as vendor_code,
        item_type as line_type_code,
        qty as quantity,
        price as net_unit_price,
        orig_price as unit_price,
        tax_amt as unit_tax,
        disc_perc as discount_percent,
        modified_datetime as updated_at
    from source
)

select * from renamed
