with

outcomes as (
    {{ account_for(
        'magento', 'products', ref('stg_magento__products'),
        ref('canonical_products'), 'source || product_id',
        "'magento' || sku"
    ) }}
    union all
    {{ account_for(
        'retail_pro', 'invn_sbs_item', ref('stg_retail_pro__items'),
        ref('canonical_products'), 'source || product_id',
        "'retail_pro' || sku"
    ) }}
    union all
    {{ account_for(
        'files', 'products', ref('stg_files__products'),
        ref('canonical_products'), 'source || product_id',
        "source || sku"
    ) }}
    union all
    {{ account_for(
        'magento', 'stores', ref('stg_magento__stores'),
        ref('canonical_stores'), 'source || store_id',
        "'magentoweb_' || store_code"
    ) }}
    union all
    {{ account_for(
        'retail_pro', 'store', ref('stg_retail_pro__stores'),
        ref('canonical_stores'), 'source || store_id',
        "'retail_pro' || store_code"
    ) }}
    union all
    {{ account_for(
        'files', 'stores', ref('stg_files__stores'),
        ref('canonical_stores'), 'source || store_id',
        "source || store_id"
    ) }}
    union all
    {{ account_for(
        'magento', 'categories', ref('stg_magento__categories'),
        ref('canonical_products'), 'category',
        "category_name",
        reason="'names of categories'"
    ) }}
    union all
    {{ account_for(
        'retail_pro', 'dcs', ref('stg_retail_pro__departments'),
        ref('canonical_products'), 'category',
        "department_name",
        reason="'names of departments'"
    ) }}
    union all
    {{ account_for(
        'magento', 'carts', ref('stg_magento__carts'),
        ref('canonical_carts'), 'cart_id',
        "'magento:' || magento_cart_id"
    ) }}
    union all
    {{ account_for(
        'magento', 'cart_items', ref('stg_magento__cart_items'),
        ref('canonical_cart_items'), 'cart_item_id',
        "'magento:' || magento_cart_item_id",
        parent=ref('stg_magento__carts'), parent_key='magento_cart_id'
    ) }}
    union all
    {{ account_for(
        'clientela', 'wish_list_items', ref('stg_clientela__wish_list_items'),
        ref('canonical_wish_list_items'), 'wish_list_item_id',
        "'clientela:' || clientela_wish_list_item_id"
    ) }}
)

select * from outcomes
