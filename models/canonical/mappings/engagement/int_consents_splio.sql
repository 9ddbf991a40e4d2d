-- An id holds no address: identifiers may be logged, contacts may not.
with

emails as (
    select * from {{ ref('stg_splio__blacklisted_emails') }}
),

phones as (
    select * from {{ ref('stg_splio__blacklisted_cellphones') }}
),

mapped as (
    select
        'splio:' || md5(email) || '-' || reason as consent_id,
        'splio' as source,
        cast(null as text) as record_id,
        'email' as contact_type,
        email as contact_value,
        'email' as channel,
        'marketing' as purpose,
        cast(null as text) as brand,
        'splio blacklist: ' || reason as evidence,
        false as is_granted,
        blacklisted_at as collected_at
    from emails
    union all
    select
        'splio:' || md5(phone) || '-' || reason as consent_id,
        'splio' as source,
        cast(null as text) as record_id,
        'phone' as contact_type,
        phone as contact_value,
        'sms' as channel,
        'marketing' as purpose,
        cast(null as text) as brand,
        'splio blacklist: ' || reason as evidence,
        false as is_granted,
        blacklisted_at as collected_at
    from phones
)

select * from mapped
