with

localities as (
    select * from {{ ref('int_localities_read') }}
),

communes as (
    select * from {{ ref('communes') }}
),

known as (
    select distinct city_key from communes
),

cedexes as (
    select * from {{ ref('cedexes') }}
),

matched as (
    select
        localities.*,
        exact.insee_code as exact_insee_code,
        exact.city as exact_city,
        cedexes.insee_code as cedex_insee_code,
        cedexes.city as cedex_city,
        cedexes.postcode is not null
        and (
            -- 1001 LAUSANNE CEDEX, of no country, is not Bourg-en-Bresse
            localities.cedex is not null
            and (localities.is_french or not localities.has_lost_zero)
            or localities.city_key is null and localities.is_french
            or replace(replace(cedexes.city, 'SAINT', 'ST'), ' ', '')
            = localities.city_key
        ) as is_cedex,
        postcodes.postcode is not null as is_french_postcode,
        postcodes.insee_code as postcode_insee_code,
        postcodes.city as postcode_city,
        coalesce(numbered.insee_code, lone_names.insee_code) as name_insee_code,
        coalesce(numbered.city, lone_names.city) as name_city,
        coalesce(numbered.found_postcode, lone_names.postcode) as name_postcode,
        numbered.postcode is not null as is_arrondissement,
        close_names.insee_code as close_insee_code,
        close_names.city as close_city,
        cities.insee_code as generic_insee_code,
        cities.city as generic_city,
        elsewhere.city_key is not null as is_elsewhere
    from localities
    left join communes as exact
        on
            localities.postcode = exact.postcode
            and localities.city_key = exact.city_key
    left join cedexes on localities.postcode = cedexes.postcode
    left join {{ ref('int_french_postcodes') }} as postcodes
        on localities.postcode = postcodes.postcode
    left join {{ ref('int_lone_names') }} as lone_names
        on localities.city_key = lone_names.city_key
    left join {{ ref('int_numbered_cities') }} as numbered
        on
            coalesce(localities.postcode, '') = numbered.postcode
            and localities.city_text = numbered.city_text
    left join {{ ref('int_close_communes') }} as close_names
        on
            localities.postcode = close_names.postcode
            and localities.city_key = close_names.city_key
            and localities.city_text = close_names.city_text
    left join {{ ref('int_department_cities') }} as cities
        on
            localities.postcode = cities.generic_postcode
            and localities.city_key = cities.city_key
    left join known as elsewhere on localities.city_key = elsewhere.city_key
)

select * from matched
