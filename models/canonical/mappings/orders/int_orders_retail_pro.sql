with

receipts as (
    select * from {{ ref('stg_retail_pro__receipts') }}
),

stores as (
    select * from {{ ref('stg_retail_pro__stores') }}
),

mapped as (
    select
        'retail_pro:' || receipts.retail_pro_receipt_id as order_id,
        'retail_pro' as source,
        receipts.retail_pro_receipt_id as source_order_id,
        receipts.receipt_number as order_number,
        -- a receipt with only a card stays anonymous here: identity says whose it is
        'retail_pro:' || receipts.retail_pro_customer_id as record_id,
        'store' as channel,
        coalesce(receipts.store_code, stores.store_code) as store_id,
        case receipts.receipt_type_code
            when 1 then 'return' else 'sale'
        end as order_type,
        -- status 4 is a receipt that was printed; type 2 is a deposit or an order,
        -- whose sale comes later as a receipt of its own
        case
            when receipts.status_code = 4 and receipts.receipt_type_code in (0, 1)
                then 'completed'
            else 'pending'
        end as status,
        receipts.currency,
        cast(null as text) as coupon_code,
        receipts.loyalty_card,
        'retail_pro:' || receipts.original_receipt_id as original_order_id,
        cast(null as decimal(18, 2)) as items_amount,
        cast(0 as decimal(18, 2)) as shipping_amount,
        cast(null as decimal(18, 2)) as discount_amount,
        cast(null as decimal(18, 2)) as tax_amount,
        receipts.total_amount,
        receipts.ordered_at,
        receipts.updated_at
    from receipts
    left join stores on receipts.retail_pro_store_id = stores.retail_pro_store_id
)

select * from mapped
