with

written as (
    select distinct
        customers.postcode as raw_postcode,
        customers.city as raw_city,
        customers.country as raw_country,
        countries.country,
        coalesce(countries.country in (
            'FR', 'GP', 'MQ', 'GF', 'RE', 'YT', 'PM', 'BL', 'MF', 'NC', 'PF', 'WF', 'MC'
        ), false)
            as is_french
    from {{ ref('canonical_customers') }} as customers
    left join {{ ref('int_country_names') }} as countries
        on customers.country = countries.raw_country
    where customers.postcode is not null or customers.city is not null
),

keyed as (
    select
        *,
        {{ text_key(repair_mojibake('raw_city')) }} as city_text,
        {{ replace_pattern('upper(raw_postcode)', '^F[ -]+|[^A-Z0-9]', '') }}
            as postcode_text
    from written
)

select * from keyed
