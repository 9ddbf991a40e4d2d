with

customers as (
    select
        customers.record_id,
        customers.phone,
        customers.mobile_phone,
        coalesce(countries.country, '{{ var("default_country") }}') as country
    from {{ ref('canonical_customers') }} as customers
    left join {{ ref('int_country_names') }} as countries
        on customers.country = countries.raw_country
),

contact_points as (
    select
        record_id,
        contact_value as raw_phone
    from {{ ref('canonical_contact_points') }}
    where contact_type = 'phone'
),

-- a value with no record of its own is read as the default country writes it
unplaced as (
    select raw_phone from contact_points
    union all
    select contact_value from {{ ref('canonical_consents') }}
    where contact_type = 'phone'
    union all
    select phone from {{ ref('canonical_events') }}
    union all
    select phone from {{ ref('canonical_stores') }}
),

-- one pass over them all: a chain of unions sorts out the same texts at each step
together as (
    select
        phone as raw_phone,
        country
    from customers
    union all
    select
        mobile_phone as raw_phone,
        country
    from customers
    union all
    select
        contact_points.raw_phone,
        customers.country
    from contact_points
    inner join customers on contact_points.record_id = customers.record_id
    where customers.country <> '{{ var("default_country") }}'
    union all
    select
        raw_phone,
        '{{ var("default_country") }}' as country
    from unplaced
),

written as (
    select distinct
        raw_phone,
        country
    from together
    where raw_phone is not null
)

select * from written
