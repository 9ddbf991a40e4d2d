with

customers as (
    -- a row is there only with a consent, and only with what the consent is about
    select * from {{ ref('int_contactable_customers') }}
),

hashed as (
    select
        customer_id as destination_key,
        customer_id,
        {{ payload_hash([
            'email', 'cellphone', 'first_name', 'last_name', 'title', 'gender',
            'postcode', 'city', 'country', 'language', 'home_store', 'segments',
            'favourite_store', 'favourite_channel', 'purchases',
            'purchases_12_months', 'revenue', 'revenue_12_months',
            'average_basket', 'birth_date', 'first_purchase_date',
            'last_purchase_date'
        ]) }} as payload_hash,
        true as has_consent,
        email,
        cellphone,
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
    from customers
)

select * from hashed
