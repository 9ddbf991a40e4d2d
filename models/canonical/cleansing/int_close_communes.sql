with

unknown as (
    select * from {{ ref('int_unknown_cities') }}
),

communes as (
    select
        *,
        replace(city, 'SAINT', 'ST') as words
    from {{ ref('communes') }}
),

namesakes as (
    select
        city_key,
        min(insee_code) as first_insee_code,
        max(insee_code) as last_insee_code
    from communes
    group by city_key
),

-- one letter out of four is a slip; of a name cut short, its beginning is left, and
-- some write more than the name: MONTREUIL SOUS BOIS, STRASBOURG BAS RHIN
close as (
    select
        unknown.postcode,
        unknown.city_key,
        unknown.city_text,
        communes.insee_code,
        communes.city
    from unknown
    inner join communes on unknown.postcode = communes.postcode
    left join namesakes on unknown.city_key = namesakes.city_key
    where
        {{ edit_distance('unknown.city_key', 'communes.city_key') }}
        <= least(length(unknown.city_key) / 4.0, 2)
        or length(unknown.city_key) >= 6
        and communes.city_key like unknown.city_key || '%'
        or communes.words like unknown.words || ' %'
        or (
            unknown.words like communes.words || ' %'
            -- unless that is another commune
            and coalesce(namesakes.first_insee_code = communes.insee_code, true)
            and coalesce(namesakes.last_insee_code = communes.insee_code, true)
        )
    union all
    select * from {{ ref('int_misspelt_cities') }}
),

lone as (
    select
        postcode,
        city_key,
        city_text,
        min(insee_code) as insee_code,
        min(city) as city
    from close
    group by postcode, city_key, city_text
    having count(distinct insee_code) = 1
)

select * from lone
