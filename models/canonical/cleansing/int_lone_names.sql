with

communes as (
    select * from {{ ref('communes') }}
),

lone_names as (
    select
        city_key,
        min(insee_code) as insee_code,
        min(city) as city,
        case when count(distinct postcode) = 1 then min(postcode) end as postcode
    from communes
    group by city_key
    having count(distinct insee_code) = 1
)

select * from lone_names
