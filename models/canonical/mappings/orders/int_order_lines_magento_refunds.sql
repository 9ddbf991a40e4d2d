with

refund_items as (
    select * from {{ ref('stg_magento__credit_memo_items') }}
),

refunds as (
    select * from {{ ref('stg_magento__credit_memos') }}
),

items as (
    select * from {{ ref('stg_magento__order_items') }}
),

lines as (
    select
        'magento:creditmemo-' || refund_items.magento_credit_memo_item_id
            as order_line_id,
        'magento:creditmemo-' || refund_items.magento_credit_memo_id as order_id,
        'magento' as source,
        refund_items.sku,
        'magento:' || refunds.magento_order_id as original_order_id,
        -refund_items.quantity as quantity,
        items.unit_price,
        -coalesce(refund_items.discount_amount, 0) as discount_amount,
        -coalesce(refund_items.tax_amount, 0) as tax_amount,
        coalesce(refund_items.discount_amount, 0)
        - coalesce(refund_items.row_amount, 0) as line_amount,
        true as is_return
    from refund_items
    left join refunds
        on refund_items.magento_credit_memo_id = refunds.magento_credit_memo_id
    left join items
        on refund_items.magento_order_item_id = items.magento_order_item_id
    -- a child line repeats its parent's stock-keeping unit and bears no amount
    where items.parent_order_item_id is null
)

select * from lines
