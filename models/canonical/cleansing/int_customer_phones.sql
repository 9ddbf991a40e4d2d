with

customers as (
    select
        customers.record_id,
        customers.phone,
        customers.mobile_phone,
        coalesce(countries.country, '{{ var("default_country") }}') as country
    from {{ ref('canonical_customers') }} as customers
    left join {{ ref('int_country_names') }} as countries
        on customers.country = countries.raw_country
),

phones as (
    select * from {{ ref('int_phones') }}
),

chosen as (
    select
        customers.record_id,
        case
            when
                landlines.status = 'valid' and coalesce(mobiles.status, '') <> 'valid'
                or landlines.phone_type = 'mobile' and landlines.status = 'valid'
                then landlines.phone
            when mobiles.status = 'valid' then mobiles.phone
        end as phone,
        case
            when mobiles.status = 'valid' then 'valid'
            else coalesce(landlines.status, mobiles.status, 'missing')
        end as status
    from customers
    left join phones as landlines
        on
            customers.phone = landlines.raw_phone
            and customers.country = landlines.country
    left join phones as mobiles
        on
            customers.mobile_phone = mobiles.raw_phone
            and customers.country = mobiles.country
)

select * from chosen
