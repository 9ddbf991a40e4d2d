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
),

told as (
    select
        *,
        raw_city is null and coalesce(
            {{ matches_pattern('raw_postcode', '^[0-9]{5} +[A-Za-z]') }}, false
        ) as holds_city
    from written
),

-- 69003 LYON where the postcode goes; 6000.0 comes out of a spreadsheet
keyed as (
    select
        *,
        {{ text_key(repair_mojibake(
            "case when holds_city then raw_postcode else raw_city end"
        )) }} as city_text,
        case
            when not holds_city
                then {{ replace_pattern(
                    'upper(raw_postcode)', '^F[ -]+|[.]0$|[^A-Z0-9]', ''
                ) }}
        end as postcode_text
    from told
)

select * from keyed
