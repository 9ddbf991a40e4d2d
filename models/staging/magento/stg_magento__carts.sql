with

source as (
    select * from {{ source('magento', 'carts') }}
),

renamed as (
    select
        cast(id as text) as magento_cart_id,
        cast(customer__id as text) as magento_customer_id,
        cast(store_id as text) as store_view_id,
        nullif(trim(customer__email), '') as email,
        nullif(trim(currency__quote_currency_code), '') as currency,
        items_count,
        items_qty as items_quantity,
        is_active,
        customer_is_guest as is_guest,
        created_at,
        updated_at,
        converted_at
    from source
)

select * from renamed
