with

communes as (
    select * from {{ ref('communes') }}
),

-- one name, and a postcode and a commune for each number: Paris, Lyon and Marseille;
-- 75116 is left out, the sixteenth of Paris is 75016
numbered as (
    select
        city_key,
        left(postcode, 3) as postcode_start
    from communes
    group by city_key, left(postcode, 3)
    having count(distinct insee_code) > 2
),

arrondissements as (
    select
        communes.city_key,
        communes.postcode,
        communes.insee_code,
        communes.city,
        cast(right(communes.postcode, 2) as integer) as arrondissement
    from communes
    inner join numbered
        on
            communes.city_key = numbered.city_key
            and left(communes.postcode, 3) = numbered.postcode_start
),

spelt as (
    select
        *,
        -- of twenty at most
        left('XX', cast({{ divide_whole('arrondissement', 10) }} as integer))
        || split_part(' I II III IV V VI VII VIII IX', ' ', arrondissement % 10 + 1)
            as numeral
    from arrondissements
)

select * from spelt
