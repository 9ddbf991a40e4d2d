with

lines as (
    select * from {{ ref('int_places_in_lines') }}
),

places as (
    select * from {{ ref('int_places') }}
),

compared as (
    select
        lines.*,
        said.insee_code as said_insee_code,
        found.insee_code as found_insee_code,
        lines.place_text is null
        -- 69003 LYON BAT B says more than the place
        or lines.town_text in (
            '',
            replace(lines.city_text, 'SAINT', 'ST'),
            replace(found.city, 'SAINT', 'ST')
        )
        and coalesce(
            found.insee_code = said.insee_code,
            left(lines.place_text, 5) = said.postcode
            or said.insee_code is null and found.city = lines.city_text
        ) as is_same
    from lines
    left join places as said
        on
            coalesce(lines.raw_postcode, '') = coalesce(said.raw_postcode, '')
            and coalesce(lines.raw_city, '') = coalesce(said.raw_city, '')
            and coalesce(lines.raw_country, '') = coalesce(said.raw_country, '')
    left join places as found
        on
            coalesce(lines.place_text, '') = found.raw_postcode
            and coalesce(found.raw_city, '') = ''
            and coalesce(found.raw_country, '') = ''
),

judged as (
    select
        *,
        coalesce(
            not coalesce(is_same, false) and found_insee_code <> said_insee_code, false
        ) as has_two_places
    from compared
)

-- what the record leaves open, the line may say: 75000 Paris; another place stays
select
    raw_line,
    coalesce(raw_postcode, '') as raw_postcode,
    coalesce(raw_city, '') as raw_city,
    coalesce(raw_country, '') as raw_country,
    case
        when
            is_same and said_insee_code is null and found_insee_code is not null
            then place_text
    end as place_text,
    case when is_same then street_text end as street_text,
    case when is_same then cedex end as cedex,
    has_two_places
from judged
where is_same or has_two_places
