with

source as (
    select * from {{ source('magento', 'creditmemos') }}
),

renamed as (
    select
        cast(entity_id as text) as magento_credit_memo_id,
        cast(order_id as text) as magento_order_id,
        nullif(trim(increment_id), '') as credit_memo_number,
        nullif(trim(order_currency_code), '') as currency,
        state as state_code,
        cast(round(grand_total, 2) as decimal(18, 2)) as total_amount,
        cast(round(shipping_incl_tax, 2) as decimal(18, 2)) as shipping_amount,
        cast(round(adjustment, 2) as decimal(18, 2)) as adjustment_amount,
        cast(round(tax_amount, 2) as decimal(18, 2)) as tax_amount,
        created_at as refunded_at,
        updated_at
    from source
)

select * from renamed
