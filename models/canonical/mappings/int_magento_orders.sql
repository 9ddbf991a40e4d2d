with

orders as (
    select * from {{ ref('stg_magento__orders') }}
),

customers as (
    select * from {{ ref('stg_magento__customers') }}
),

stores as (
    select * from {{ ref('stg_magento__stores') }}
),

placed as (
    select
        orders.*,
        'web_' || stores.store_code as store_id,
        case
            when customers.magento_customer_id is null
                then 'magento:guest-' || orders.magento_order_id
            else 'magento:' || customers.magento_customer_id
        end as record_id
    from orders
    left join customers
        on orders.magento_customer_id = customers.magento_customer_id
    left join stores on orders.store_view_id = stores.store_view_id
)

select * from placed
