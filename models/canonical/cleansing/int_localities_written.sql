with

together as (
    select
        postcode,
        city,
        country
    from {{ ref('int_unread_customers') }}
    union all
    -- 3 rue des Lilas 69003 Lyon
    select
        place_text as postcode,
        null as city,
        null as country
    from {{ ref('int_whole_addresses') }}
    union all
    select
        place_text as postcode,
        null as city,
        null as country
    from {{ ref('int_places_in_lines') }}
),

written as (
    select distinct
        together.postcode as raw_postcode,
        together.city as raw_city,
        together.country as raw_country,
        countries.country,
        countries.country is not null and {{ is_french('countries.country') }}
            as is_french
    from together
    left join {{ ref('int_country_names') }} as countries
        on together.country = countries.raw_country
),

told as (
    select
        *,
        raw_city is null and coalesce(
            {{ matches_pattern('raw_postcode', '^[0-9]{5} +[A-Za-z]') }}, false
        ) as holds_city
    from written
),

placed as (
    select
        *,
        case when holds_city then raw_postcode else raw_city end as place_text
    from told
),

-- CHATILLON/CHALARONNE and ROCHELLE (LA); 69003 LYON where the postcode goes; 6000.0
-- comes out of a spreadsheet; 2B200 is 20200 of that department
keyed as (
    select
        *,
        {{ text_key(replace_pattern(replace_pattern(replace_pattern(
            repair_mojibake('place_text'), '[ /-][Ss]/[Ss][ /-]', ' SS '),
            '([ /-][Ss] ?)?/', ' S '),
            '^(.*[^ ]) *[(]([Ll][AEae][Ss]?)[)] *$', '\\2 \\1'
        )) }} as city_text,
        case
            when not holds_city
                then {{ replace_pattern(replace_pattern(
                    'upper(raw_postcode)',
                    '^F[ -]+|[.]0$|([0-9]{5}) +[A-Z].*$|[^A-Z0-9]', '\\1'
                ), '^2[AB]([0-9]{3})$', '20\\1') }}
        end as postcode_text
    from placed
)

select * from keyed
