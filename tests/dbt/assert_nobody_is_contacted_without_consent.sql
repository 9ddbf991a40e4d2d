-- What Splio would hold is granted, for that very contact point, and on no black list.
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

),

consents as (

    select
        customer_id,
        channel,
        contact_value,
        is_granted
    from {{ ref('customer_consents') }}

),

refusals as (

    select
        channel,
        contact_type,
        {{ contact_form('contact_value', 'contact_type') }} as contact_form
    from {{ ref('canonical_consents') }}
    where not is_granted and evidence like 'splio blacklist%'

)

select
    sent.customer_id,
    sent.channel
from sent
left outer join consents
    on
        sent.customer_id = consents.customer_id
        and sent.channel = consents.channel
        and sent.contact_value = consents.contact_value
left outer join refusals
    on
        sent.channel = refusals.channel
        and sent.contact_value = refusals.contact_form
where
    not coalesce(consents.is_granted, false)
    or refusals.contact_form is not null
