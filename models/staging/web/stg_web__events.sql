with

source as (
    select * from {{ source('web', 'events') }}
),

renamed as (
    select
        nullif(trim(event_id), '') as web_event_id,
        nullif(trim(visitor_id), '') as visitor_id,
        cast(customer_id as text) as magento_customer_id,
        nullif(trim(event_type), '') as event_type,
        nullif(trim(url), '') as url,
        nullif(trim(sku), '') as sku,
        occurred_at
    from source
)

select * from renamed
