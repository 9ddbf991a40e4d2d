with

customers as (
    select
        *,
        coalesce(written_country, '{{ var("default_country") }}') as phone_country
    from {{ ref('int_customer_names') }}
),

chosen as (
    select
        customers.*,
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
        end as phone_status
    from customers
    left join {{ ref('int_phones') }} as landlines
        on
            customers.raw_phone = landlines.raw_phone
            and customers.phone_country = landlines.country
    left join {{ ref('int_phones') }} as mobiles
        on
            customers.raw_mobile_phone = mobiles.raw_phone
            and customers.phone_country = mobiles.country
)

select * from chosen
