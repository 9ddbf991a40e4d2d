with

consents as (
    select * from {{ ref('canonical_consents') }}
),

weights as (
    select * from {{ ref('consent_weights') }}
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
        coalesce(
            contact_values.contact_key, nullif(trim(consents.contact_value), '')
        ) as contact_form,
        consents.evidence,
        coalesce(weights.weight, other_weights.weight) as weight,
        consents.is_granted,
        consents.collected_at
    from consents
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
    -- what was said of other purposes is no matter of marketing
    where consents.purpose = 'marketing' and consents.is_granted is not null
)

select * from weighed
