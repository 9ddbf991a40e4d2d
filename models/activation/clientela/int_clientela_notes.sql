with

orders as (
    select
        customer_id,
        cast(cast(ordered_at as date) as text) || ' '
        || coalesce(store_id, channel) || ' '
        || cast(total_amount as text)
        || coalesce(' ' || nullif(currency, '{{ var("reporting_currency") }}'), '')
            as note,
        row_number() over (
            partition by customer_id
            order by ordered_at desc, order_id asc
        ) as position
    from {{ ref('orders') }}
    where
        customer_id is not null
        and status = 'completed'
        and cast(ordered_at as date) <= {{ as_of_date() }}
),

last_orders as (
    select
        customer_id,
        {{ join_texts('note', '; ', 'position') }} as last_orders
    from orders
    where position <= {{ var('card_last_orders') }}
    group by customer_id
),

products as (
    select
        product_id,
        name
    from {{ ref('products') }}
),

wishes as (
    select distinct
        items.customer_id,
        coalesce(products.name, items.product_id) as wish
    from {{ ref('wish_list_items') }} as items
    left join products on items.product_id = products.product_id
    where items.is_waiting and items.customer_id is not null
),

wish_lists as (
    select
        customer_id,
        {{ join_texts('wish', '; ', 'wish') }} as wish_list
    from wishes
    group by customer_id
),

notes as (
    select
        coalesce(last_orders.customer_id, wish_lists.customer_id) as customer_id,
        last_orders.last_orders,
        wish_lists.wish_list
    from last_orders
    full outer join wish_lists on last_orders.customer_id = wish_lists.customer_id
)

select * from notes
