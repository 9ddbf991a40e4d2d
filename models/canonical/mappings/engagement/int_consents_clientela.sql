with

consents as (
    select * from {{ ref('stg_clientela__customer_consents') }}
),

-- the answer is about the e-mail or phone that the card had itself, not about the one
-- that we have written over it since
cards as (
    select
        record_id,
        email,
        phone
    from {{ ref('canonical_customers') }}
),

mapped as (
    select
        'clientela:' || consents.clientela_card_id || '-' || lower(consents.channel)
            as consent_id,
        'clientela' as source,
        'clientela:' || consents.clientela_card_id as record_id,
        case lower(consents.channel)
            when 'email' then 'email'
            when 'postal' then 'postal'
            else 'phone'
        end as contact_type,
        case lower(consents.channel)
            when 'email' then cards.email
            when 'sms' then cards.phone
            when 'phone' then cards.phone
        end as contact_value,
        lower(consents.channel) as channel,
        'marketing' as purpose,
        cast(null as text) as brand,
        consents.evidence,
        consents.is_granted,
        consents.collected_at
    from consents
    left join cards
        on 'clientela:' || consents.clientela_card_id = cards.record_id
)

select * from mapped
