with

emails as (
    select
        'email' as contact_type,
        raw_email as raw_value,
        email as contact_value,
        -- what is no address is still the same text wherever it is written
        coalesce(email_key, nullif(lower(trim(raw_email)), '')) as contact_key,
        status
    from {{ ref('int_emails') }}
    where raw_email <> ''
),

-- a value that belongs to no record is read as the default country writes it
phones as (
    select
        'phone' as contact_type,
        raw_phone as raw_value,
        phone as contact_value,
        coalesce(phone, nullif(digits, ''), nullif(lower(trim(raw_phone)), ''))
            as contact_key,
        status
    from {{ ref('int_phones') }}
    where country = '{{ var("default_country") }}'
),

contact_values as (
    select * from emails
    union all
    select * from phones
)

select * from contact_values
