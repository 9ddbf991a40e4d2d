with

communes as (
    select * from {{ ref('communes') }}
),

-- one name, and a postcode and a commune for each number: Paris, Lyon and Marseille
numbered as (
    select
        city_key,
        left(postcode, 3) as postcode_start
    from communes
    group by city_key, left(postcode, 3)
    having count(distinct insee_code) > 2
),

-- 75116 is the sixteenth of Paris too
arrondissements as (
    select
        communes.city_key,
        min(communes.postcode) as postcode,
        min(communes.insee_code) as insee_code,
        min(communes.city) as city,
        cast(right(communes.postcode, 2) as integer) as arrondissement
    from communes
    inner join numbered
        on
            communes.city_key = numbered.city_key
            and left(communes.postcode, 3) = numbered.postcode_start
    group by communes.city_key, cast(right(communes.postcode, 2) as integer)
)

select * from arrondissements
