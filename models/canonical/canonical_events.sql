with

events as (
    -- a new source is a line here
    select * from {{ ref('int_events_web') }}
    union all
    select * from {{ ref('int_events_reviews') }}
    union all
    select * from {{ ref('int_events_zendesk') }}
    union all
    select * from {{ ref('int_events_clientela') }}
    union all
    select * from {{ ref('int_events_sms') }}
    union all
    select * from {{ ref('int_events_files') }}
),

customers as (
    select * from {{ ref('canonical_customers') }}
),

canonical as (
    select
        events.event_id,
        events.source,
        -- an event of an unknown record is kept, without one
        customers.record_id,
        events.email,
        events.phone,
        events.event_type,
        events.channel,
        events.campaign,
        events.product_id,
        events.store_id,
        events.subject,
        cast(round(events.event_value, 2) as decimal(18, 2)) as value,
        events.occurred_at
    from events
    left join customers on events.record_id = customers.record_id
)

select * from canonical
