-- One card a customer: a card linked to an id keeps it, a card that a seller opened is
-- linked to the customer id, and only then is a new one opened.
with

cards as (
    select
        'clientela:' || clientela_card_id as record_id,
        clientela_card_id,
        external_customer_id,
        created_at
    from {{ ref('stg_clientela__customers') }}
),

identities as (
    select
        identities.record_id,
        identities.customer_id,
        -- a record of the tool's own goes before one that we made there
        case when records.published_customer_id is null then 0 else 1 end as echo_rank
    from {{ ref('customer_identities') }} as identities
    inner join {{ ref('customer_records') }} as records
        on identities.record_id = records.record_id
),

customers as (
    select customer_id from {{ ref('customers') }}
),

known as (
    select
        identities.customer_id,
        cards.record_id,
        cards.clientela_card_id,
        cards.external_customer_id,
        row_number() over (
            partition by identities.customer_id
            order by
                case when cards.external_customer_id is null then 1 else 0 end,
                identities.echo_rank,
                case
                    when cards.external_customer_id = identities.customer_id then 0
                    else 1
                end,
                cards.created_at,
                cards.clientela_card_id
        ) as position
    from cards
    inner join identities on cards.record_id = identities.record_id
    -- an id that is another living customer's stays with that customer
    left join customers as namesakes
        on
            cards.external_customer_id = namesakes.customer_id
            and cards.external_customer_id <> identities.customer_id
    where namesakes.customer_id is null
),

keys as (
    select
        customers.customer_id,
        coalesce(known.external_customer_id, customers.customer_id) as destination_key,
        known.clientela_card_id as card_id,
        known.record_id as card_record_id
    from customers
    left join known
        on
            customers.customer_id = known.customer_id
            and known.position = 1
)

select * from keys
