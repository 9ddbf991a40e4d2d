-- The mirror of row_reconciliation: nothing is sold that no source document says.
with

documents as (
    select 'magento:' || magento_order_id as order_id
    from {{ ref('stg_magento__orders') }}
    union all
    select 'magento:creditmemo-' || magento_credit_memo_id as order_id
    from {{ ref('stg_magento__credit_memos') }}
    union all
    select 'retail_pro:' || retail_pro_receipt_id as order_id
    from {{ ref('stg_retail_pro__receipts') }}
    union all
    select source || ':' || source_order_id as order_id
    from {{ ref('stg_files__orders') }}
)

select orders.order_id
from {{ ref('canonical_orders') }} as orders
left join documents on orders.order_id = documents.order_id
where documents.order_id is null
