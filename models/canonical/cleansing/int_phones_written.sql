with

countries as (
    select * from {{ ref('int_country_names') }}
),

customers as (
    select
        customers.record_id,
        customers.phone,
        customers.mobile_phone,
        coalesce(countries.country, '{{ var("default_country") }}') as country
    from {{ ref('canonical_customers') }} as customers
    left join countries on customers.country = countries.raw_country
),

-- a value with no record of its own is read as the default country writes it
written as (
    select
        phone as raw_phone,
        country
    from customers
    union
    select
        mobile_phone as raw_phone,
        country
    from customers
    union
    select
        contact_points.contact_value as raw_phone,
        customers.country
    from {{ ref('canonical_contact_points') }} as contact_points
    inner join customers on contact_points.record_id = customers.record_id
    where contact_points.contact_type = 'phone'
    union
    select
        contact_value as raw_phone,
        '{{ var("default_country") }}' as country
    from {{ ref('canonical_contact_points') }}
    where contact_type = 'phone'
    union
    select
        contact_value as raw_phone,
        '{{ var("default_country") }}' as country
    from {{ ref('canonical_consents') }}
    where contact_type = 'phone'
    union
    select
        phone as raw_phone,
        '{{ var("default_country") }}' as country
    from {{ ref('canonical_events') }}
    union
    select
        phone as raw_phone,
        '{{ var("default_country") }}' as country
    from {{ ref('canonical_stores') }}
)

select * from written
