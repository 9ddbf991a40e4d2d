with

localities as (
    select distinct
        postcode,
        city_key
    from {{ ref('int_localities_read') }}
    where
        length(city_key) >= 4 and (is_french or country is null and not has_lost_zero)
),

communes as (
    select * from {{ ref('communes') }}
),

unknown as (
    select localities.*
    from localities
    left join communes
        on
            localities.postcode = communes.postcode
            and localities.city_key = communes.city_key
    where communes.postcode is null
),

-- one letter out of four is a slip; of a name cut short, its beginning is left
close as (
    select
        unknown.postcode,
        unknown.city_key,
        communes.insee_code,
        communes.city
    from unknown
    inner join communes on unknown.postcode = communes.postcode
    where
        {{ edit_distance('unknown.city_key', 'communes.city_key') }}
        <= case when length(unknown.city_key) >= 8 then 2 else 1 end
        or (
            length(unknown.city_key) >= 6
            and communes.city_key like unknown.city_key || '%'
        )
),

lone as (
    select
        postcode,
        city_key,
        min(insee_code) as insee_code,
        min(city) as city
    from close
    group by postcode, city_key
    having count(distinct insee_code) = 1
)

select * from lone
