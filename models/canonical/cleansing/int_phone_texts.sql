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

    select phone as raw_phone, country from customers
    union
    select mobile_phone as raw_phone, country from customers
    union
    select contact_points.contact_value as raw_phone, customers.country
    from {{ ref('canonical_contact_points') }} as contact_points
    inner join customers on contact_points.record_id = customers.record_id
    where contact_points.contact_type = 'phone'
    union
    select contact_value as raw_phone, '{{ var("default_country") }}' as country
    from {{ ref('canonical_consents') }}
    where contact_type = 'phone'
    union
    select phone as raw_phone, '{{ var("default_country") }}' as country
    from {{ ref('canonical_events') }}
    union
    select phone as raw_phone, '{{ var("default_country") }}' as country
    from {{ ref('canonical_stores') }}

),

-- two numbers in one field: the first is kept; 0612345678.0 comes out of spreadsheets
single as (

    select
        raw_phone,
        country,
        case
            when length(raw_phone) > 19 and {{ matches_pattern('raw_phone', '[/;,|]|ou') }}
                then {{ extract_pattern('raw_phone', '^([^/;,|o]+)') }}
            when raw_phone like '%.0'
                then {{ replace_pattern('raw_phone', '^([0-9]+)[.]0$', '\\1') }}
            when raw_phone like '%(0)%'
                and {{ matches_pattern('raw_phone', '^[^0-9]*([+]|00)') }}
                then replace(raw_phone, '(0)', '')
            when {{ matches_pattern('raw_phone', '[a-zA-Z#]') }}
                then {{ replace_pattern(
                    'lower(raw_phone)', '(ext|poste|x|#|p[.])[. :]*[0-9]+$', ''
                ) }}
            else raw_phone
        end as phone
    from written
    where raw_phone is not null

),

digits as (

    select
        raw_phone,
        country,
        {{ replace_pattern('phone', '[^0-9]', '') }} as digits,
        ltrim(phone, ' (') like '+%' as has_plus
    from single

)

select * from digits
