with

outcomes as (
    {{ account_for(
        'magento', 'orders', ref('stg_magento__orders'),
        ref('canonical_orders'), 'order_id',
        "'magento:' || magento_order_id"
    ) }}
    union all
    {{ account_for(
        'magento', 'order_items', ref('stg_magento__order_items'),
        ref('canonical_order_lines'), 'order_line_id',
        "'magento:' || magento_order_item_id",
        reason="case when parent_order_item_id is not null then 'child line' end",
        parent=ref('stg_magento__orders'), parent_key='magento_order_id'
    ) }}
    union all
    {{ account_for(
        'magento', 'creditmemos', ref('stg_magento__credit_memos'),
        ref('canonical_orders'), 'order_id',
        "'magento:creditmemo-' || magento_credit_memo_id"
    ) }}
    union all
    {{ account_for(
        'magento', 'creditmemo_items', ref('stg_magento__credit_memo_items'),
        ref('canonical_order_lines'), 'order_line_id',
        "'magento:creditmemo-' || magento_credit_memo_item_id",
        reason="case when magento_order_item_id in (select items.magento_order_item_id from "
        ~ ref('stg_magento__order_items') ~ " as items"
        ~ " where items.parent_order_item_id is not null) then 'child line' end",
        parent=ref('stg_magento__credit_memos'), parent_key='magento_credit_memo_id'
    ) }}
    union all
    {{ account_for(
        'retail_pro', 'document', ref('stg_retail_pro__receipts'),
        ref('canonical_orders'), 'order_id',
        "'retail_pro:' || retail_pro_receipt_id"
    ) }}
    union all
    {{ account_for(
        'retail_pro', 'document_item', ref('stg_retail_pro__receipt_lines'),
        ref('canonical_order_lines'), 'order_line_id',
        "'retail_pro:' || retail_pro_receipt_line_id",
        reason="case when line_type_code = 5 then 'voided line' end",
        parent=ref('stg_retail_pro__receipts'), parent_key='retail_pro_receipt_id'
    ) }}
    union all
    {{ account_for(
        'files', 'orders', ref('stg_files__orders'),
        ref('canonical_orders'), 'order_id',
        "source || ':' || source_order_id"
    ) }}
    union all
    {{ account_for(
        'files', 'order_lines', ref('stg_files__order_lines'),
        ref('canonical_order_lines'), 'order_line_id',
        "source || ':' || source_order_line_id",
        parent=ref('stg_files__orders'), parent_key="source || ':' || source_order_id"
    ) }}
)

select * from outcomes
