with

-- 69003 LYON CEDEX 03, 69003, CEDEX 3
parted as (
    select
        *,
        {{ extract_pattern('line', '^(?:.* )?([0-9]{5}( [A-Z].*)?)$') }} as place_text,
        {{ extract_pattern('line', '(C(?:EDE|D)X(?: [0-9]{1,2})?)$') }} as cedex
    from {{ ref('int_lines_ending') }}
),

streets as (
    select
        *,
        rtrim(left(
            line, length(line) - length(
                coalesce(place_text, cedex, case when is_town then city_text end)
            )
        )) as street_text
    from parted
),

-- LYON CEDEX 3
placed as (
    select
        raw_line,
        raw_postcode,
        raw_city,
        raw_country,
        city_text,
        place_text,
        replace({{ replace_pattern(
            'place_text', '^[0-9]{5} ?| ?C(EDE|D)X( [0-9]{1,2})?$', ''
        ) }}, 'SAINT', 'ST') as town_text,
        replace(cedex, 'CDX', 'CEDEX') as cedex,
        case
            when
                place_text is null and cedex is not null
                and ' ' || street_text like '% ' || city_text
                -- RUE DE LYON is a street
                and not {{ matches_pattern(
                    'left(street_text, length(street_text) - length(city_text))',
                    '(^| )(DE|DU|DES|D|LA|LE|LES|L) $'
                ) }}
                then rtrim(left(street_text, length(street_text) - length(city_text)))
            else street_text
        end as street_text
    from streets
)

select * from placed
-- BP 69003 is a box
where
    street_text is not null
    and not {{ ends_in_box('street_text') }}
