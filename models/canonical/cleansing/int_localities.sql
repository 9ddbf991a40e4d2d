with

lone_names as (

    select * from {{ ref('int_lone_names') }}

),

localities as (

    select * from {{ ref('int_localities_read') }}

),

french_postcodes as (

    select * from {{ ref('int_french_postcodes') }}

),

communes as (

    select * from {{ ref('communes') }}

),

cedexes as (

    select * from {{ ref('cedexes') }}

),

matched as (

    select
        localities.*,
        case
            when exact_match.postcode is not null then 'valid'
            when
                cedexes.postcode is not null
                and (
                    localities.cedex is not null or localities.city_key is null
                    or replace(replace(cedexes.city, 'SAINT', 'ST'), ' ', '')
                    = localities.city_key
                )
                then 'cedex'
            when localities.city_key is null and french_postcodes.insee_code is not null
                then 'lone_postcode'
            when localities.postcode is null and lone_names.postcode is not null
                then 'lone_name'
            when localities.postcode is null then 'missing_postcode'
            when localities.city_key is null then 'missing_city'
            when french_postcodes.postcode is null then 'unknown_postcode'
            when lone_names.city_key is not null then 'postcode_of_another_city'
            else 'unknown_city'
        end as reading,
        exact_match.insee_code as exact_insee_code,
        exact_match.city as exact_city,
        cedexes.insee_code as cedex_insee_code,
        cedexes.city as cedex_city,
        french_postcodes.insee_code as postcode_insee_code,
        french_postcodes.city as postcode_city,
        lone_names.insee_code as name_insee_code,
        lone_names.city as name_city,
        lone_names.postcode as name_postcode
    from localities
    left outer join communes as exact_match
        on
            localities.postcode = exact_match.postcode
            and localities.city_key = exact_match.city_key
    left outer join cedexes on localities.postcode = cedexes.postcode
    left outer join lone_names on localities.city_key = lone_names.city_key
    left outer join french_postcodes on localities.postcode = french_postcodes.postcode

)

select * from matched
