with

written as (

    select distinct
        customers.postcode as raw_postcode,
        customers.city as raw_city,
        customers.country as raw_country,
        countries.country
    from {{ ref('canonical_customers') }} as customers
    left join {{ ref('int_country_names') }} as countries
        on customers.country = countries.raw_country
    where customers.postcode is not null or customers.city is not null

),

keyed as (

    select
        *,
        {{ text_key(repair_mojibake('raw_city')) }} as city_text,
        {{ replace_pattern('upper(raw_postcode)', '^F[ -]+|[^A-Z0-9]', '') }} as postcode_text
    from written

),

-- 75008 PARIS CEDEX 08 in the city: the postcode, the city and the cedex apart
parted as (

    select
        raw_postcode,
        raw_city,
        raw_country,
        country,
        coalesce(nullif(postcode_text, ''), {{ extract_pattern('city_text', '^([0-9]{5}) ') }})
            as postcode_text,
        {{ replace_pattern('city_text', '^[0-9]{5} | ?CEDEX.*$', '') }} as city_text,
        {{ extract_pattern('city_text', '(CEDEX.*)$') }} as cedex
    from keyed

),

-- what compares: ST for SAINT, no arrondissement, no blanks
folded as (

    select
        raw_postcode,
        raw_city,
        raw_country,
        country,
        cedex,
        case
            when length(postcode_text) = 4
                and {{ matches_pattern('postcode_text', '^[0-9]+$') }}
                then '0' || postcode_text
            else postcode_text
        end as postcode,
        nullif(city_text, '') as city_text,
        nullif(replace(replace(replace(replace(replace(
            ' ' || {{ replace_pattern(
                'city_text', ' [0-9]{1,2}(ER|E|EME)?( ARR| ARRONDISSEMENT)?$', ''
            ) }} || ' ',
            ' SAINT ', ' ST '), ' SAINTE ', ' STE '), ' S ', ' SUR '), ' SS ', ' SOUS '), ' ', ''
        ), '') as city_key
    from parted

)

select * from folded
