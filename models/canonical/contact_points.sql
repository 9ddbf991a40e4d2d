-- A view: to write what two joins find took longer than all who ask for it take.
with

-- a phone is read as the record's country writes it: few are not of the default one
abroad as (
    select
        customers.record_id,
        countries.country
    from {{ ref('canonical_customers') }} as customers
    inner join {{ ref('int_country_names') }} as countries
        on customers.country = countries.raw_country
    where countries.country <> '{{ var("default_country") }}'
),

email_points as (
    select
        contact_points.record_id,
        contact_points.contact_type,
        contact_points.contact_value as raw_value,
        emails.email as contact_value,
        emails.email_key as contact_key,
        emails.status,
        cast(null as text) as phone_type,
        contact_points.is_primary,
        emails.is_corrected
    from {{ ref('canonical_contact_points') }} as contact_points
    inner join {{ ref('int_emails') }} as emails
        on contact_points.contact_value = emails.raw_email
    where contact_points.contact_type = 'email'
),

phone_points as (
    select
        contact_points.record_id,
        contact_points.contact_type,
        contact_points.contact_value as raw_value,
        phones.phone as contact_value,
        coalesce(phones.phone, phones.digits) as contact_key,
        phones.status,
        phones.phone_type,
        contact_points.is_primary,
        false as is_corrected
    from {{ ref('canonical_contact_points') }} as contact_points
    left join abroad on contact_points.record_id = abroad.record_id
    inner join {{ ref('int_phones') }} as phones
        on
            contact_points.contact_value = phones.raw_phone
            and phones.country
            = coalesce(abroad.country, '{{ var("default_country") }}')
    where contact_points.contact_type = 'phone'
),

both_types as (
    select * from email_points
    union all
    select * from phone_points
)

select * from both_types
