with

purchases as (
    select * from {{ ref('int_customer_orders') }}
    where is_purchase
),

stores as (
    select
        customer_id,
        store_id,
        row_number() over (
            partition by customer_id
            order by count(*) desc, max(ordered_at) desc, store_id
        ) as position
    from purchases
    where channel = 'store' and store_id is not null
    group by customer_id, store_id
),

channels as (
    select
        customer_id,
        channel,
        row_number() over (
            partition by customer_id
            order by count(*) desc, max(ordered_at) desc, channel
        ) as position
    from purchases
    group by customer_id, channel
),

favourites as (
    select
        channels.customer_id,
        stores.store_id as favourite_store_id,
        channels.channel as favourite_channel
    from channels
    left join stores
        on
            channels.customer_id = stores.customer_id
            and stores.position = 1
    where channels.position = 1
)

select * from favourites
