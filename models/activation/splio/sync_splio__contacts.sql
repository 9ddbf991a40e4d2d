with

contacts as (
    -- a row is here only with a consent: see int_splio_consents
    select * from {{ ref('int_splio_contacts') }}
),

hashed as (
    select
        destination_key,
        customer_id,
        {{ payload_hash([
            'email', 'cellphone', 'firstname', 'lastname', 'language',
            'orfevre_customer_id', 'title', 'gender', 'birth_date', 'postcode', 'city',
            'country', 'home_store', 'segments', 'favourite_store', 'favourite_channel',
            'first_purchase_date', 'last_purchase_date', 'purchases',
            'purchases_12_months', 'revenue', 'revenue_12_months', 'average_basket'
        ]) }} as payload_hash,
        true as has_consent,
        email,
        cellphone,
        firstname,
        lastname,
        language,
        orfevre_customer_id,
        title,
        gender,
        birth_date,
        postcode,
        city,
        country,
        home_store,
        segments,
        favourite_store,
        favourite_channel,
        first_purchase_date,
        last_purchase_date,
        purchases,
        purchases_12_months,
        revenue,
        revenue_12_months,
        average_basket
    from contacts
)

select * from hashed
