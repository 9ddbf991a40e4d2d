with

orders as (
    -- a new source is a line here
    select * from {{ ref('int_orders_magento') }}
    union all
    select * from {{ ref('int_orders_magento_refunds') }}
    union all
    select * from {{ ref('int_orders_retail_pro') }}
    union all
    select * from {{ ref('int_orders_files') }}
)

select * from orders
