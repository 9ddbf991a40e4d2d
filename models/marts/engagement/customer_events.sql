with

events as (
    select
        *,
        case when email is not null then 'email' else 'phone' end as contact_type,
        -- who is named by a record needs no address to be found
        case when record_id is null then coalesce(email, phone) end as contact_value
    from {{ ref('canonical_events') }}
),

identities as (
    select * from {{ ref('customer_identities') }}
),

owners as (
    select * from {{ ref('contact_owners') }}
),

contact_values as (
    select * from {{ ref('contact_values') }}
),

orders as (
    select * from {{ ref('orders') }}
    where status = 'completed'
),

timeline as (
    select
        events.event_id,
        coalesce(identities.customer_id, owners.customer_id) as customer_id,
        events.source,
        events.event_type,
        events.channel,
        events.campaign,
        events.product_id,
        events.store_id,
        events.subject,
        events.value,
        events.occurred_at
    from events
    left join identities on events.record_id = identities.record_id
    left join contact_values
        on
            events.contact_type = contact_values.contact_type
            and events.contact_value = contact_values.raw_value
    left join owners
        on
            contact_values.contact_type = owners.contact_type
            and contact_values.contact_key = owners.contact_form
    union all
    select
        'order:' || order_id as event_id,
        customer_id,
        source,
        case order_type when 'sale' then 'purchase' else 'return' end as event_type,
        channel,
        cast(null as text) as campaign,
        cast(null as text) as product_id,
        store_id,
        order_number as subject,
        total_amount as value,
        ordered_at as occurred_at
    from orders
)

select * from timeline
