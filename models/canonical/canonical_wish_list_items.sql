with

wish_list_items as (
    select * from {{ ref('stg_clientela__wish_list_items') }}
),

customers as (
    select * from {{ ref('canonical_customers') }}
),

canonical as (
    select
        'clientela:' || wish_list_items.clientela_wish_list_item_id
            as wish_list_item_id,
        'clientela' as source,
        customers.record_id,
        wish_list_items.sku as product_id,
        wish_list_items.store_id,
        wish_list_items.note,
        wish_list_items.added_at,
        wish_list_items.removed_at
    from wish_list_items
    left join customers
        on 'clientela:' || wish_list_items.clientela_card_id = customers.record_id
)

select * from canonical
