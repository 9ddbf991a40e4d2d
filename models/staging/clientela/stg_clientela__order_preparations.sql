with

source as (
    select * from {{ source('clientela', 'order_preparations') }}
),

renamed as (
    select
        nullif(trim(preparation_id), '') as clientela_preparation_id,
        nullif(trim(card_id), '') as clientela_card_id,
        nullif(trim(store_code), '') as store_id,
        nullif(trim(sku), '') as sku,
        nullif(trim(status), '') as status,
        quantity,
        prepared_at,
        collected_at,
        updated_at
    from source
)

select * from renamed
