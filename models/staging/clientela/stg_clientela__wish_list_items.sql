with

source as (
    select * from {{ source('clientela', 'wish_list_items') }}
),

renamed as (
    select
        nullif(trim(wish_list_item_id), '') as clientela_wish_list_item_id,
        nullif(trim(card_id), '') as clientela_card_id,
        nullif(trim(store_code), '') as store_id,
        nullif(trim(sku), '') as sku,
        nullif(trim(note), '') as note,
        added_at,
        removed_at,
        updated_at
    from source
)

select * from renamed
