with

customers as (
    select * from {{ ref('canonical_customers') }}
),

codes as (
    select * from {{ ref('phone_countries') }}
),

names as (
    select
        country_name,
        country
    from {{ ref('country_names') }}
    union all
    select
        country_name,
        country
    from {{ ref('country_aliases') }}
),

written as (
    select distinct
        country as raw_country,
        {{ text_key('country') }} as country_key
    from customers
    where country is not null
),

recognised as (
    select
        written.raw_country,
        coalesce(codes.country, names.country) as country
    from written
    left join codes on written.country_key = codes.country
    left join names on written.country_key = names.country_name
)

select * from recognised
