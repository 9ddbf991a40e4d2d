with

messages as (
    select * from {{ ref('stg_sms__messages') }}
),

mapped as (
    select
        'sms:' || sms_message_id as event_id,
        'sms' as source,
        cast(null as text) as record_id,
        cast(null as text) as email,
        case when direction = 'inbound' then sender_phone else recipient_phone end
            as phone,
        case
            when direction = 'inbound' then 'sms_received'
            when status in ('delivered', 'read') then 'sms_delivered'
            when status in ('undelivered', 'failed', 'canceled') then 'sms_failed'
            else 'sms_sent'
        end as event_type,
        'sms' as channel,
        cast(null as text) as campaign,
        cast(null as text) as product_id,
        cast(null as text) as store_id,
        cast(null as text) as subject,
        cast(null as decimal(18, 4)) as event_value,
        coalesce(sent_at, created_at) as occurred_at
    from messages
)

select * from mapped
