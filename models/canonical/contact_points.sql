with

contact_points as (
    select * from {{ ref('canonical_contact_points') }}
),

customers as (
    select
        customers.record_id,
        coalesce(countries.country, '{{ var("default_country") }}') as country
    from {{ ref('canonical_customers') }} as customers
    left join {{ ref('int_country_names') }} as countries
        on customers.country = countries.raw_country
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
    from contact_points
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
    from contact_points
    inner join customers on contact_points.record_id = customers.record_id
    inner join {{ ref('int_phones') }} as phones
        on
            contact_points.contact_value = phones.raw_phone
            and customers.country = phones.country
    where contact_points.contact_type = 'phone'
),

both_types as (
    select * from email_points
    union all
    select * from phone_points
)

select * from both_types
