with

customers as (
    select
        *,
        coalesce(written_country, '{{ var("default_country") }}') as phone_country
    from {{ ref('int_customer_names') }}
),

-- what is missing is looked up too: a join in which every record finds a row is faster
phones as (
    select
        raw_phone,
        country,
        phone,
        phone_type,
        status
    from {{ ref('int_phones') }}
    where raw_phone <> ''
    union all
    select distinct
        '' as raw_phone,
        country,
        cast(null as text) as phone,
        cast(null as text) as phone_type,
        cast(null as text) as status
    from {{ ref('int_phones') }}
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
    left join phones as landlines
        on
            coalesce(customers.raw_phone, '') = landlines.raw_phone
            and customers.phone_country = landlines.country
    left join phones as mobiles
        on
            coalesce(customers.raw_mobile_phone, '') = mobiles.raw_phone
            and customers.phone_country = mobiles.country
)

select * from chosen
