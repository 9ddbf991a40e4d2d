-- For tools that know an e-mail or phone once: of customers who share one, one has it.
-- Which one only has to hold: a value must be let go before another can take it.
with

ranked as (
    select
        *,
        row_number() over (partition by email order by customer_id) as email_position,
        row_number() over (partition by cellphone order by customer_id)
            as phone_position
    from {{ ref('int_contactable_customers') }}
),

reached as (
    select
        customer_id as destination_key,
        customer_id,
        has_consent,
        case when email_position = 1 then email end as email,
        case when phone_position = 1 then cellphone end as cellphone,
        first_name,
        last_name,
        title,
        gender,
        postcode,
        city,
        country,
        language,
        home_store,
        segments,
        favourite_store,
        favourite_channel,
        purchases,
        purchases_12_months,
        revenue,
        revenue_12_months,
        average_basket,
        birth_date,
        first_purchase_date,
        last_purchase_date
    from ranked
),

hashed as (
    select
        *,
        {{ payload_hash([
            'email', 'cellphone', 'first_name', 'last_name', 'title', 'gender',
            'postcode', 'city', 'country', 'language', 'home_store', 'segments',
            'favourite_store', 'favourite_channel', 'purchases',
            'purchases_12_months', 'revenue', 'revenue_12_months',
            'average_basket', 'birth_date', 'first_purchase_date',
            'last_purchase_date'
        ]) }} as payload_hash
    from reached
    where email is not null or cellphone is not null
)

select * from hashed
