with

events as (
    select * from {{ ref('stg_files__events') }}
),

mapped as (
    select
        -- 'file-' keeps a feed's keys apart from a connector's of the same source
        source || ':file-' || source_event_id as event_id,
        source,
        coalesce(customer_source, source) || ':' || source_customer_id as record_id,
        email,
        phone,
        lower(event_type) as event_type,
        lower(channel) as channel,
        campaign,
        sku as product_id,
        store_id,
        subject,
        event_value,
        occurred_at
    from events
)

select * from mapped
