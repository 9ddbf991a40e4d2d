with

source as (
    select * from {{ source('magento', 'creditmemo_items') }}
),

renamed as (
    select
        cast(entity_id as text) as magento_credit_memo_item_id,
        cast(parent_id as text) as magento_credit_memo_id,
        cast(order_item_id as text) as magento_order_item_id,
        nullif(trim(sku), '') as sku,
        qty as quantity,
        cast(round(row_total_incl_tax, 2) as decimal(18, 2)) as row_amount,
        cast(round(discount_amount, 2) as decimal(18, 2)) as discount_amount,
        cast(round(tax_amount, 2) as decimal(18, 2)) as tax_amount
    from source
)

select * from renamed
