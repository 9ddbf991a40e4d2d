with

consents as (
    select * from {{ ref('stg_files__consents') }}
),

events as (
    select * from {{ ref('stg_files__events') }}
    where lower(event_type) = 'email_unsubscribed'
),

mapped as (
    select
        source || ':' || source_consent_id as consent_id,
        source,
        source || ':' || source_customer_id as record_id,
        coalesce(
            lower(contact_type),
            case lower(channel)
                when 'email' then 'email' when 'postal' then 'postal' else 'phone'
            end
        ) as contact_type,
        contact_value,
        lower(channel) as channel,
        -- an agreement to nothing in particular is no agreement; a refusal still holds
        coalesce(lower(purpose), 'unstated') as purpose,
        brand,
        evidence,
        is_granted,
        collected_at
    from consents
    union all
    -- who unsubscribes from a campaign has refused marketing by e-mail
    select
        source || ':unsubscribed-' || source_event_id as consent_id,
        source,
        coalesce(customer_source, source) || ':' || source_customer_id as record_id,
        'email' as contact_type,
        email as contact_value,
        'email' as channel,
        'marketing' as purpose,
        cast(null as text) as brand,
        coalesce('unsubscribed from ' || campaign, 'unsubscribed') as evidence,
        false as is_granted,
        occurred_at as collected_at
    from events
)

select * from mapped
