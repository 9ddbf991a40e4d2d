with

consents as (
    -- a new source is a line here
    select * from {{ ref('int_consents_magento') }}
    union all
    select * from {{ ref('int_consents_retail_pro') }}
    union all
    select * from {{ ref('int_consents_clientela') }}
    union all
    select * from {{ ref('int_consents_splio') }}
    union all
    select * from {{ ref('int_consents_sms') }}
    union all
    select * from {{ ref('int_consents_files') }}
),

customers as (
    select * from {{ ref('canonical_customers') }}
),

canonical as (
    select
        consents.consent_id,
        consents.source,
        -- a refusal whose record is unknown still holds for its address or number
        customers.record_id,
        consents.contact_type,
        consents.contact_value,
        consents.channel,
        consents.purpose,
        consents.brand,
        consents.evidence,
        consents.is_granted,
        consents.collected_at
    from consents
    left join customers on consents.record_id = customers.record_id
)

select * from canonical
