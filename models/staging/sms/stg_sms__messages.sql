with

source as (
    select * from {{ source('sms', 'messages') }}
),

renamed as (
    select
        nullif(trim(sid), '') as sms_message_id,
        nullif(trim(direction), '') as direction,
        nullif(trim(from_number), '') as sender_phone,
        nullif(trim(to_number), '') as recipient_phone,
        nullif(trim(body), '') as body,
        nullif(trim(status), '') as status,
        nullif(trim(price_unit), '') as currency,
        error_code,
        num_segments as segment_count,
        price as billed_price,
        date_created as created_at,
        date_sent as sent_at,
        date_updated as updated_at
    from source
)

select * from renamed
