with

cart_items as (
    select * from {{ ref('stg_magento__cart_items') }}
),

carts as (
    select * from {{ ref('stg_magento__carts') }}
),

canonical as (
    select
        'magento:' || cart_items.magento_cart_item_id as cart_item_id,
        'magento:' || cart_items.magento_cart_id as cart_id,
        cart_items.sku as product_id,
        cast(cart_items.quantity as decimal(18, 4)) as quantity,
        cast(round(cart_items.unit_price, 2) as decimal(18, 2)) as unit_price
    from cart_items
    -- a line whose cart was set aside belongs to nobody
    inner join carts on cart_items.magento_cart_id = carts.magento_cart_id
)

select * from canonical
