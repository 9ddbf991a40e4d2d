with

orders as (
    select * from {{ ref('canonical_orders') }}
),

identities as (
    select
        record_id,
        customer_id
    from {{ ref('customer_identities') }}
),

records as (
    select
        record_id,
        loyalty_card
    from {{ ref('customer_records') }}
),

card_owners as (
    -- a card that two customers claim says nothing about who paid
    select
        records.loyalty_card,
        min(identities.customer_id) as customer_id
    from records
    inner join identities on records.record_id = identities.record_id
    where records.loyalty_card is not null
    group by records.loyalty_card
    having count(distinct identities.customer_id) = 1
),

identified as (
    select
        orders.order_id,
        coalesce(identities.customer_id, card_owners.customer_id) as customer_id,
        orders.record_id,
        orders.store_id,
        orders.original_order_id,
        orders.source,
        orders.order_number,
        orders.channel,
        orders.order_type,
        orders.status,
        orders.currency,
        orders.coupon_code,
        orders.items_amount,
        orders.shipping_amount,
        orders.adjustment_amount,
        orders.discount_amount,
        orders.tax_amount,
        orders.total_amount,
        orders.ordered_at,
        orders.updated_at
    from orders
    left join identities on orders.record_id = identities.record_id
    -- no record was named at the till: the card shown may still tell who it was
    left join card_owners
        on
            case when orders.record_id is null then orders.loyalty_card end
            = card_owners.loyalty_card
)

select * from identified
