with

carts as (
    select * from {{ ref('stg_magento__carts') }}
),

cart_items as (
    select * from {{ ref('canonical_cart_items') }}
),

stores as (
    select * from {{ ref('stg_magento__stores') }}
),

customers as (
    select * from {{ ref('canonical_customers') }}
),

cart_totals as (
    select
        cart_id,
        count(*) as items_count,
        sum(cast(round(quantity * unit_price, 2) as decimal(18, 2))) as total_amount
    from cart_items
    group by cart_id
),

canonical as (
    select
        'magento:' || carts.magento_cart_id as cart_id,
        'magento' as source,
        -- a cart whose account is unknown keeps its e-mail only
        customers.record_id,
        carts.email,
        carts.currency,
        'web_' || stores.store_code as store_id,
        coalesce(cart_totals.items_count, 0) as items_count,
        cast(coalesce(cart_totals.total_amount, 0) as decimal(18, 2)) as total_amount,
        coalesce(carts.is_active, false) as is_active,
        carts.created_at,
        carts.updated_at,
        carts.converted_at
    from carts
    left join cart_totals
        on 'magento:' || carts.magento_cart_id = cart_totals.cart_id
    left join stores on carts.store_view_id = stores.store_view_id
    left join customers
        on 'magento:' || carts.magento_customer_id = customers.record_id
)

select * from canonical
