with

localities as (
    select * from {{ ref('int_localities_judged') }}
),

-- the French reference speaks for France and its overseas, and for what it recognises
told as (
    select
        *,
        coalesce(raw_postcode, raw_city) is not null
        and (
            is_french
            or country is null
            and (
                is_found or reading = 'generic_postcode'
                or (is_french_postcode and not has_lost_zero)
            )
        ) as is_french_place,
        country is not null and not is_french as is_foreign
    from localities
),

places as (
    select
        raw_postcode,
        raw_city,
        raw_country,
        case
            when reading = 'lone_name' and not is_foreign then name_postcode
            when is_found and not is_foreign then postcode
            when is_french_place and is_french_postcode then postcode
            else raw_postcode
        end as postcode,
        case
            when is_french_place then coalesce(found_city, city_text, raw_city)
            -- Tunis Cedex
            when cedex is not null
                then nullif({{ replace_pattern(
                    'raw_city', ' *[Cc]([EÉeé][Dd][Ee]|[Dd])[Xx].*$', ''
                ) }}, '')
            else raw_city
        end as city,
        case
            when is_french_place then found_cedex
            when {{ matches_pattern('raw_city', '[Cc]([EÉeé][Dd][Ee]|[Dd])[Xx]') }}
                then cedex
        end as cedex,
        case when is_french_place then insee_code end as insee_code,
        case
            when country is not null then country
            when found_city is not null then 'FR'
        end as country,
        case
            when coalesce(raw_postcode, raw_city) is null then 'missing_city'
            when is_foreign then 'foreign'
            when is_found then 'valid'
            else reading
        end as status,
        is_french_place
    from told
)

select * from places
