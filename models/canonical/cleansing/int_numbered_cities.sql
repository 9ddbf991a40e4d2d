with

localities as (
    select distinct
        coalesce(postcode, '') as postcode,
        city_key,
        city_text
    from {{ ref('int_localities_read') }}
    where coalesce(postcode, '000') like '%000'
),

arrondissements as (
    select * from {{ ref('int_arrondissements') }}
),

cities as (
    select distinct
        city_key,
        left(postcode, 2) as department
    from arrondissements
),

-- Paris 8e and 75000 Paris VIII; any other postcode says its own arrondissement
numbered as (
    select
        localities.postcode,
        localities.city_key,
        localities.city_text,
        -- city_key is without what its end was read as: only its number is read here
        ltrim({{ extract_pattern(
            'localities.city_text', ' ([0-9]+|[IVX]+)([EI ].*)?$'
        ) }}, '0') as number_text
    from localities
    inner join cities on localities.city_key = cities.city_key
    where
        localities.postcode in ('', cities.department || '000')
        -- of Marseille (13) the number is the department's
        and localities.city_text not like '% ' || cities.department
),

told as (
    select
        numbered.postcode,
        numbered.city_text,
        arrondissements.postcode as found_postcode,
        arrondissements.insee_code,
        arrondissements.city
    from numbered
    inner join arrondissements on numbered.city_key = arrondissements.city_key
    where
        numbered.number_text
        in (cast(arrondissements.arrondissement as text), arrondissements.numeral)
)

select * from told
