with

source as (
    select * from {{ source('files', 'events') }}
),

renamed as (
    select
        nullif(trim(source_event_id), '') as source_event_id,
        nullif(trim(source_customer_id), '') as source_customer_id,
        nullif(trim(store_id), '') as store_id,
        nullif(trim(source), '') as source,
        nullif(trim(customer_source), '') as customer_source,
        nullif(trim(email), '') as email,
        nullif(trim(phone), '') as phone,
        nullif(trim(event_type), '') as event_type,
        nullif(trim(channel), '') as channel,
        nullif(trim(campaign), '') as campaign,
        nullif(trim(sku), '') as sku,
        nullif(trim(subject), '') as subject,
        nullif(trim(_feed), '') as feed_name,
        nullif(trim(_file), '') as file_name,
        value as event_value,
        _row_number as file_row_number,
        occurred_at
    from source
)

select * from renamed
