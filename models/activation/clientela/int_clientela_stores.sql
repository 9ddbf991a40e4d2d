-- A card is seen in the customer's own store and wherever the customer bought lately.
with

customers as (
    select
        customer_id,
        home_store_id
    from {{ ref('customers') }}
),

purchases as (
    select
        customer_id,
        store_id
    from {{ ref('orders') }}
    where
        channel = 'store'
        and status = 'completed'
        and cast(ordered_at as date)
        > {{ date_before(var('card_visible_months'), 'month') }}
        and cast(ordered_at as date) <= {{ as_of_date() }}
),

stores as (
    select
        customer_id,
        home_store_id as store_id
    from customers
    where home_store_id is not null
    union
    select
        customer_id,
        store_id
    from purchases
    where customer_id is not null and store_id is not null
),

visible as (
    select
        customer_id,
        '["' || {{ join_texts('store_id', '", "', 'store_id') }} || '"]'
            as visible_in_stores
    from stores
    group by customer_id
)

select * from visible
