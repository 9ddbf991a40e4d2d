with

consents as (
    select * from {{ ref('canonical_consents') }}
),

weights as (
    select * from {{ ref('consent_weights') }}
),

purposes as (
    select * from {{ ref('consent_purposes') }}
),

named_purposes as (
    select distinct stated_purpose from purposes
),

contact_values as (
    select * from {{ ref('contact_values') }}
),

identities as (
    select * from {{ ref('customer_identities') }}
),

weighed as (
    select
        consents.consent_id,
        identities.customer_id,
        consents.record_id,
        consents.source,
        consents.contact_type,
        consents.channel,
        purposes.purpose,
        coalesce(
            contact_values.contact_key, nullif(trim(consents.contact_value), '')
        ) as contact_form,
        consents.evidence,
        coalesce(weights.weight, other_weights.weight) as weight,
        consents.is_granted,
        consents.collected_at
    from consents
    left join named_purposes on consents.purpose = named_purposes.stated_purpose
    inner join purposes
        on
            purposes.stated_purpose = coalesce(named_purposes.stated_purpose, '*')
            and (purposes.holds_for = 'both' or not consents.is_granted)
    inner join weights as other_weights on other_weights.source = '*'
    left join weights
        on
            consents.source = weights.source
            and coalesce(consents.evidence, '') like weights.evidence
    left join contact_values
        on
            consents.contact_type = contact_values.contact_type
            and consents.contact_value = contact_values.raw_value
    left join identities on consents.record_id = identities.record_id
    where consents.is_granted is not null
)

select * from weighed
