with

keyed as (
    select
        raw_postcode,
        raw_city,
        raw_country,
        country,
        is_french,
        postcode_text,
        replace(city_text, ' CDX', ' CEDEX') as city_text
    from {{ ref('int_localities_written') }}
),

-- 75008 PARIS CEDEX 08 in the city: the postcode, the city and the cedex apart
parted as (
    select
        raw_postcode,
        raw_city,
        raw_country,
        country,
        is_french,
        coalesce(
            nullif(postcode_text, ''),
            {{ extract_pattern('city_text', '^([0-9]{5}) ') }},
            {{ extract_pattern('city_text', ' ([0-9]{5})$') }}
        ) as postcode_text,
        {{ replace_pattern('city_text', '^[0-9]{5} | [0-9]{5}$| ?CEDEX.*$', '') }}
            as city_text,
        coalesce(
            {{ extract_pattern('city_text', '(CEDEX.*)$') }},
            {{ extract_pattern('upper(raw_postcode)', '^[0-9]{5} +(CEDEX.*)$') }}
        ) as cedex
    from keyed
),

-- 1000 is Bourg-en-Bresse, or Bruxelles
zeroed as (
    select
        *,
        coalesce(
            length(postcode_text) = 4
            and {{ matches_pattern('postcode_text', '^[0-9]+$') }},
            false
        ) as has_lost_zero
    from parted
),

-- what compares: ST for SAINT, no arrondissement (PARIS VIE, not DE VIE), no blanks
folded as (
    select
        raw_postcode,
        raw_city,
        raw_country,
        country,
        is_french,
        cedex,
        case when has_lost_zero then '0' || postcode_text else postcode_text end
            as postcode,
        has_lost_zero,
        -- of Lyon/Villeurbanne both are shown
        nullif(replace(city_text, ' S ', case
            when coalesce(raw_city, raw_postcode, '') not like '%/%' then ' S '
            when {{ matches_pattern('coalesce(raw_city, raw_postcode)', '[ -][Ss]/') }}
                then ' SUR '
            else ' '
        end), '') as city_text,
        nullif(replace(
            replace(replace(replace(replace(
                ' ' || {{ replace_pattern('city_text',
                    '^([A-Z]+) ([IVX]+ ?E|IER)( ARR[A-Z]*)?$|'
                    ' ([0-9]{1,2} ?(ER|I?E|I?EME)?|[IVX]+( ?EME)?)( ARR[A-Z]*)?$', '\\1'
                ) }} || ' ',
                ' SAINT ', ' ST '
            ), ' SAINTE ', ' STE '), ' S ', ' SUR '), ' SS ', ' SOUS '), ' ', ''
        ), '') as city_key
    from zeroed
)

select * from folded
