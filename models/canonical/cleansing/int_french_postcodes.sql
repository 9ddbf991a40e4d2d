with

communes as (
    select * from {{ ref('communes') }}
),

postcodes as (
    select
        postcode,
        case when count(distinct insee_code) = 1 then min(insee_code) end as insee_code,
        case when count(distinct insee_code) = 1 then min(city) end as city
    from communes
    group by postcode
)

select * from postcodes
