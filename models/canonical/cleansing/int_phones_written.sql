with

-- a record's own phones are contact points too
contact_points as (
    select
        record_id,
        contact_value as raw_phone
    from {{ ref('canonical_contact_points') }}
    where contact_type = 'phone'
),

customers_abroad as (
    select
        customers.record_id,
        countries.country
    from {{ ref('canonical_customers') }} as customers
    inner join {{ ref('int_country_names') }} as countries
        on customers.country = countries.raw_country
    where countries.country <> '{{ var("default_country") }}'
),

-- one pass over them all: a chain of unions sorts out the same texts at each step
together as (
    select raw_phone from contact_points
    union all
    select contact_value from {{ ref('canonical_consents') }}
    where contact_type = 'phone'
    union all
    select phone from {{ ref('canonical_events') }}
    union all
    select phone from {{ ref('canonical_stores') }}
),

-- a value with no record of its own is read as the default country writes it
written as (
    select distinct
        raw_phone,
        '{{ var("default_country") }}' as country
    from together
    where raw_phone is not null
    union all
    select distinct
        contact_points.raw_phone,
        customers_abroad.country
    from contact_points
    inner join customers_abroad
        on contact_points.record_id = customers_abroad.record_id
)

select * from written
