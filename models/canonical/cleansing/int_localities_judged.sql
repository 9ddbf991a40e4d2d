with

matched as (
    select * from {{ ref('int_localities') }}
),

-- postcode and city vouch for each other; one of them alone, only for an address said
-- to be French, 2600 and 20095 are postcodes of other countries too; or for Paris 8e,
-- also where 75000 stands for its postcode
read_so as (
    select
        *,
        case
            when exact_city is not null then 'exact'
            when is_cedex then 'cedex'
            when city_key is null and is_french and postcode_city is not null
                then 'lone_postcode'
            when
                (postcode is null and is_french or is_arrondissement)
                and name_postcode is not null
                then 'lone_name'
            when close_city is not null then 'close_name'
            when generic_city is not null then 'generic_postcode'
            when postcode is null then 'missing_postcode'
            when city_key is null then 'missing_city'
            when not is_french_postcode then 'unknown_postcode'
            when is_elsewhere then 'postcode_of_another_city'
            else 'unknown_city'
        end as reading
    from matched
),

found as (
    select
        *,
        reading in ('exact', 'cedex', 'lone_postcode', 'lone_name', 'close_name')
            as is_found,
        case reading
            when 'exact' then exact_insee_code
            when 'cedex' then cedex_insee_code
            when 'lone_postcode' then postcode_insee_code
            when 'lone_name' then name_insee_code
            when 'close_name' then close_insee_code
            when 'generic_postcode' then generic_insee_code
        end as insee_code,
        case reading
            when 'exact' then exact_city
            when 'cedex' then cedex_city
            when 'lone_postcode' then postcode_city
            when 'lone_name' then name_city
            when 'close_name' then close_city
            when 'generic_postcode' then generic_city
        end as found_city,
        coalesce(cedex, case when reading = 'cedex' then 'CEDEX' end) as found_cedex
    from read_so
)

select * from found
