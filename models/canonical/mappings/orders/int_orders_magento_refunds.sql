with

refunds as (
    select * from {{ ref('stg_magento__credit_memos') }}
),

orders as (
    select * from {{ ref('int_magento_orders') }}
),

mapped as (
    select
        'magento:creditmemo-' || refunds.magento_credit_memo_id as order_id,
        'magento' as source,
        'creditmemo-' || refunds.magento_credit_memo_id as source_order_id,
        refunds.credit_memo_number as order_number,
        orders.record_id,
        'web' as channel,
        orders.store_id,
        'return' as order_type,
        -- 2 is refunded; the money of an open or cancelled credit memo has not moved
        case refunds.state_code
            when 2 then 'completed' when 3 then 'cancelled' else 'pending'
        end as status,
        coalesce(refunds.currency, orders.currency) as currency,
        cast(null as text) as coupon_code,
        cast(null as text) as loyalty_card,
        'magento:' || refunds.magento_order_id as original_order_id,
        cast(null as decimal(18, 2)) as items_amount,
        -coalesce(refunds.shipping_amount, 0) as shipping_amount,
        cast(0 as decimal(18, 2)) as discount_amount,
        -coalesce(refunds.tax_amount, 0) as tax_amount,
        -refunds.total_amount as total_amount,
        refunds.refunded_at as ordered_at,
        refunds.updated_at
    from refunds
    left join orders on refunds.magento_order_id = orders.magento_order_id
)

select * from mapped
