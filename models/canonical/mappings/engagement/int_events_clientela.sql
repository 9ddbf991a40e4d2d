with

appointments as (
    select * from {{ ref('stg_clientela__appointments') }}
),

preparations as (
    select * from {{ ref('stg_clientela__order_preparations') }}
),

mapped as (
    select
        'clientela:appointment-' || clientela_appointment_id as event_id,
        'clientela' as source,
        'clientela:' || clientela_card_id as record_id,
        cast(null as text) as email,
        cast(null as text) as phone,
        'appointment_' || lower(status) as event_type,
        'store' as channel,
        cast(null as text) as campaign,
        cast(null as text) as product_id,
        store_id,
        kind as subject,
        cast(null as decimal(18, 4)) as event_value,
        starts_at as occurred_at
    from appointments
    union all
    select
        'clientela:preparation-' || clientela_preparation_id as event_id,
        'clientela' as source,
        'clientela:' || clientela_card_id as record_id,
        cast(null as text) as email,
        cast(null as text) as phone,
        'preparation_' || lower(status) as event_type,
        'store' as channel,
        cast(null as text) as campaign,
        sku as product_id,
        store_id,
        cast(null as text) as subject,
        quantity as event_value,
        coalesce(collected_at, prepared_at) as occurred_at
    from preparations
)

select * from mapped
