with

events as (
    select * from {{ ref('stg_web__events') }}
),

mapped as (
    select
        'web:' || web_event_id as event_id,
        'web' as source,
        'magento:' || magento_customer_id as record_id,
        cast(null as text) as email,
        cast(null as text) as phone,
        event_type,
        'web' as channel,
        cast(null as text) as campaign,
        sku as product_id,
        cast(null as text) as store_id,
        url as subject,
        cast(null as decimal(18, 4)) as event_value,
        occurred_at
    from events
)

select * from mapped
