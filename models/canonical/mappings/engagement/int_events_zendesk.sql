with

tickets as (
    select * from {{ ref('stg_zendesk__tickets') }}
),

mapped as (
    select
        'zendesk:ticket-' || zendesk_ticket_id as event_id,
        'zendesk' as source,
        -- a ticket that an agent opened for nobody stays without a record
        'zendesk:' || requester_user_id as record_id,
        cast(null as text) as email,
        cast(null as text) as phone,
        'ticket' as event_type,
        'service' as channel,
        cast(null as text) as campaign,
        cast(null as text) as product_id,
        cast(null as text) as store_id,
        subject,
        cast(null as decimal(18, 4)) as event_value,
        created_at as occurred_at
    from tickets
)

select * from mapped
