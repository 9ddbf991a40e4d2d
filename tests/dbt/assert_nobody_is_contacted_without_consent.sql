-- Read straight from what was said, past every model that decides: each e-mail and
-- phone that a tool would hold, in clear or hashed, and each flag on a card, has an
-- agreement to that very purpose, channel and contact point, later than every refusal
-- of it; and nobody is in a tool that contacts people with nothing agreed.
with

flags as (
    select
        customer_id,
        case when has_email_consent then email end as email,
        case when has_sms_consent then phone end as cellphone,
        case when has_phone_consent then phone end as phone
    from {{ ref('sync_clientela__customers') }}
),

messages as (
    select
        customer_id,
        phone as cellphone
    from {{ ref('sync_sms__messages') }}
),

held as (
    {{ unpivot_fields(
        'flags', ["'clientela' as tool", 'customer_id'], ['email', 'cellphone', 'phone']
    ) }}
    union all
    {{ unpivot_fields(
        'messages', ["'sms' as tool", 'customer_id'], ['customer_id', 'cellphone']
    ) }}
    union all
    {{ unpivot_fields(
        ref('sync_splio__contacts'), ["'splio' as tool", 'customer_id'],
        ['customer_id', 'email', 'cellphone']
    ) }}
    union all
    {{ unpivot_fields(
        ref('sync_brevo__contacts'), ["'brevo' as tool", 'customer_id'],
        ['customer_id', 'email', 'cellphone']
    ) }}
    union all
    {{ unpivot_fields(
        ref('sync_klaviyo__profiles'), ["'klaviyo' as tool", 'customer_id'],
        ['customer_id', 'email', 'cellphone']
    ) }}
    union all
    {{ unpivot_fields(
        ref('sync_sfmc__customers'), ["'sfmc' as tool", 'customer_id'],
        ['customer_id', 'email', 'cellphone']
    ) }}
    union all
    {{ unpivot_fields(
        ref('sync_meta__audience'), ["'meta' as tool", 'customer_id'],
        ['customer_id', 'email_sha256', 'phone_sha256']
    ) }}
    union all
    {{ unpivot_fields(
        ref('sync_google__audience'), ["'google' as tool", 'customer_id'],
        ['customer_id', 'email_sha256', 'phone_sha256']
    ) }}
),

sent as (
    select
        *,
        case when tool in ('meta', 'google') then 'advertising' else 'marketing' end
            as purpose,
        case
            when field like 'email%' then 'email'
            when tool = 'clientela' and field = 'phone' then 'phone'
            else 'sms'
        end as channel,
        case when field like 'email%' then 'email' else 'phone' end as contact_type
    from held
),

-- what a value may look like when it leaves: as it is, or hashed by a vendor's rules
points as (
    select
        *,
        {{ sha256('contact_value') }} as hashed,
        {{ sha256('contact_key') }} as hashed_key,
        {{ sha256("replace(contact_key, '@gmail.com', '@googlemail.com')") }}
            as hashed_alias,
        {{ sha256("replace(contact_value, '+', '')") }} as hashed_digits
    from {{ ref('customer_contact_points') }}
    where is_valid
),

placed as (
    select
        sent.tool,
        sent.customer_id,
        sent.field,
        sent.purpose,
        sent.channel,
        sent.contact_type,
        points.contact_key,
        points.customer_count
    from sent
    inner join points
        on
            sent.customer_id = points.customer_id
            and sent.contact_type = points.contact_type
            and sent.value in (
                points.contact_value, points.hashed, points.hashed_key,
                points.hashed_alias, points.hashed_digits
            )
),

purposes as (
    select distinct stated_purpose from {{ ref('consent_purposes') }}
),

said as (
    select
        consents.*,
        identities.customer_id,
        contact_values.contact_key as contact_form,
        nullif(trim(consents.contact_value), '') is null as names_nothing,
        purposes.stated_purpose is not null as is_known_purpose,
        coalesce(weights.weight, other_weights.weight) as weight
    from {{ ref('canonical_consents') }} as consents
    left join {{ ref('customer_identities') }} as identities
        on consents.record_id = identities.record_id
    left join {{ ref('contact_values') }} as contact_values
        on
            consents.contact_type = contact_values.contact_type
            and consents.contact_value = contact_values.raw_value
    inner join {{ ref('consent_weights') }} as other_weights
        on other_weights.source = '*'
    left join purposes on consents.purpose = purposes.stated_purpose
    left join {{ ref('consent_weights') }} as weights
        on
            consents.source = weights.source
            and coalesce(consents.evidence, '') like weights.evidence
),

record_points as (
    select
        points.record_id,
        points.contact_type,
        points.contact_key,
        contact_values.contact_key as contact_form
    from {{ ref('contact_points') }} as points
    left join {{ ref('contact_values') }} as contact_values
        on
            points.contact_type = contact_values.contact_type
            and points.raw_value = contact_values.raw_value
    where points.status = 'valid'
),

-- the contact point that a statement names, read in any country's way, or else those of
-- the record that speaks
found as (
    select
        said.consent_id,
        record_points.contact_key
    from said
    inner join record_points
        on
            said.contact_type = record_points.contact_type
            and said.contact_form = record_points.contact_form
    union
    select
        said.consent_id,
        record_points.contact_key
    from said
    inner join record_points
        on
            said.contact_type = record_points.contact_type
            and said.contact_form = record_points.contact_key
    union
    select
        said.consent_id,
        record_points.contact_key
    from said
    inner join record_points
        on
            said.contact_type = record_points.contact_type
            and said.record_id = record_points.record_id
    where said.names_nothing
),

about as (
    select
        said.*,
        found.contact_key
    from said
    inner join found on said.consent_id = found.consent_id
    union all
    -- a known customer's refusal that finds nothing is about all there is
    select
        said.*,
        points.contact_key
    from said
    inner join points
        on
            said.customer_id = points.customer_id
            and said.contact_type = points.contact_type
    left join found on said.consent_id = found.consent_id
    where not said.is_granted and found.consent_id is null
),

heard as (
    select
        placed.tool,
        placed.customer_id,
        placed.field,
        placed.contact_key,
        max(case
            when about.is_granted then cast('0001-01-01' as timestamp)
            when about.weight = 'absolute' or about.collected_at is null
                then cast('9999-12-31' as timestamp)
            else about.collected_at
        end) as refused_at,
        max(case when about.weight <> 'flag' and not about.is_granted then 1 else 0 end)
            as has_stated_refusal,
        max(case when about.is_granted then about.collected_at end) as agreed_at,
        max(case
            when about.weight <> 'flag' and about.is_granted then about.collected_at
        end) as agreed_in_words_at
    from placed
    inner join about
        on
            placed.contact_key = about.contact_key
            and placed.contact_type = about.contact_type
            and placed.channel = about.channel
            and case
                -- an agreement is this customer's, or of nobody known and the only
                -- owner's, to this purpose, and no promise of a day to come
                when about.is_granted
                    then
                        placed.purpose = about.purpose
                        and cast(about.collected_at as date) <= {{ as_of_date() }}
                        and case
                            when about.customer_id is null
                                then placed.customer_count = 1
                            else placed.customer_id = about.customer_id
                        end
                -- a refusal of another purpose that we know is none of this one
                when
                    about.is_known_purpose
                    and about.purpose not in ('marketing', placed.purpose)
                    then false
                -- an empty box speaks for its own customer, a refusal for every holder
                else about.weight <> 'flag' or placed.customer_id = about.customer_id
            end
    group by placed.tool, placed.customer_id, placed.field, placed.contact_key
),

members as (
    select
        tool,
        customer_id
    from held
    where tool <> 'clientela'
    group by tool, customer_id
    having count(*) = 1
)

select
    sent.tool,
    sent.customer_id,
    sent.field
from sent
left join placed
    on
        sent.tool = placed.tool
        and sent.customer_id = placed.customer_id
        and sent.field = placed.field
left join heard
    on
        placed.tool = heard.tool
        and placed.customer_id = heard.customer_id
        and placed.field = heard.field
        and placed.contact_key = heard.contact_key
where
    sent.field <> 'customer_id'
    -- an agreement that is only a box in a file never outweighs a stated refusal
    and not coalesce(
        case heard.has_stated_refusal
            when 1 then heard.agreed_in_words_at
            else heard.agreed_at
        end
        > heard.refused_at, false
    )
union all
select
    tool,
    customer_id,
    'nothing to be reached by' as field
from members
