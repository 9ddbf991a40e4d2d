-- What a tool would hold is granted, for that very contact point, and on no black list.
with

sent as (
    select
        customer_id,
        'email' as channel,
        'email' as contact_type,
        email as contact_value
    from {{ ref('sync_splio__contacts') }}
    where email is not null
    union all
    select
        customer_id,
        'sms' as channel,
        'phone' as contact_type,
        cellphone as contact_value
    from {{ ref('sync_splio__contacts') }}
    where cellphone is not null
    union all
    select
        customer_id,
        'email' as channel,
        'email' as contact_type,
        email as contact_value
    from {{ ref('int_contactable_customers') }}
    where email is not null
    union all
    select
        customer_id,
        'sms' as channel,
        'phone' as contact_type,
        cellphone as contact_value
    from {{ ref('int_contactable_customers') }}
    where cellphone is not null
),

consents as (
    select
        customer_id,
        channel,
        contact_value,
        is_granted
    from {{ ref('customer_consents') }}
),

points as (
    select * from {{ ref('customer_contact_points') }}
),

refusals as (
    select
        consents.channel,
        contact_values.contact_key
    from {{ ref('canonical_consents') }} as consents
    inner join {{ ref('contact_values') }} as contact_values
        on
            consents.contact_type = contact_values.contact_type
            and consents.contact_value = contact_values.raw_value
    where not consents.is_granted and consents.evidence like 'splio blacklist%'
)

select
    sent.customer_id,
    sent.channel
from sent
left join consents
    on
        sent.customer_id = consents.customer_id
        and sent.channel = consents.channel
        and sent.contact_value = consents.contact_value
left join points
    on
        sent.customer_id = points.customer_id
        and sent.contact_type = points.contact_type
        and sent.contact_value = points.contact_value
left join refusals
    on
        sent.channel = refusals.channel
        and points.contact_key = refusals.contact_key
where
    not coalesce(consents.is_granted, false)
    or refusals.contact_key is not null
    or points.contact_key is null
