with

communes as (
    select * from {{ ref('communes') }}
),

cities as (
    select
        city_key,
        left(postcode, 2) || '000' as generic_postcode,
        -- Paris, Lyon and Marseille have a code an arrondissement: which is not said
        case when count(distinct insee_code) = 1 then min(insee_code) end as insee_code,
        min(city) as city
    from communes
    group by left(postcode, 2), city_key
)

select * from cities
