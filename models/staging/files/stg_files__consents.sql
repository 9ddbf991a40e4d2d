with

source as (
    select * from {{ source('files', 'consents') }}
),

renamed as (
    select
        nullif(trim(source_consent_id), '') as source_consent_id,
        nullif(trim(source_customer_id), '') as source_customer_id,
        nullif(trim(source), '') as source,
        nullif(trim(contact_type), '') as contact_type,
        nullif(trim(contact_value), '') as contact_value,
        nullif(trim(channel), '') as channel,
        nullif(trim(purpose), '') as purpose,
        nullif(trim(brand), '') as brand,
        nullif(trim(evidence), '') as evidence,
        nullif(trim(_feed), '') as feed_name,
        nullif(trim(_file), '') as file_name,
        _row_number as file_row_number,
        is_granted,
        collected_at
    from source
)

select * from renamed
