-- Meta's normal forms: small letters, names without punctuation, towns as letters only,
-- phones as digits with the country code and no plus sign.
with

customers as (
    select * from {{ ref('int_audience_members') }}
),

normalised as (
    select
        customer_id,
        lower(trim(email)) as email,
        ltrim({{ replace_pattern('cellphone', '[^0-9]', '') }}, '0') as phone,
        {{ drop_punctuation('lower(first_name)') }} as first_name,
        {{ drop_punctuation('lower(last_name)') }} as last_name,
        translate({{ drop_punctuation('lower(city)') }}, '0123456789 ', '') as city,
        split_part(replace(lower(postcode), ' ', ''), '-', 1) as postcode,
        lower(country) as country,
        substring(cast(birth_date as text), 1, 4) as birth_year,
        substring(cast(birth_date as text), 6, 2) as birth_month,
        substring(cast(birth_date as text), 9, 2) as birth_day,
        substring(gender, 1, 1) as gender
    from customers
),

hashed as (
    select
        customer_id,
        {{ sha256('email') }} as email_sha256,
        {{ sha256('phone') }} as phone_sha256,
        {{ sha256('first_name') }} as first_name_sha256,
        {{ sha256('last_name') }} as last_name_sha256,
        {{ sha256('city') }} as city_sha256,
        {{ sha256('postcode') }} as postcode_sha256,
        {{ sha256('country') }} as country_sha256,
        {{ sha256('birth_year') }} as birth_year_sha256,
        {{ sha256('birth_month') }} as birth_month_sha256,
        {{ sha256('birth_day') }} as birth_day_sha256,
        {{ sha256('gender') }} as gender_sha256
    from normalised
),

members as (
    select
        customer_id as destination_key,
        customer_id,
        {{ payload_hash([
            'email_sha256', 'phone_sha256', 'first_name_sha256', 'last_name_sha256',
            'city_sha256', 'postcode_sha256', 'country_sha256', 'birth_year_sha256',
            'birth_month_sha256', 'birth_day_sha256', 'gender_sha256'
        ]) }} as payload_hash,
        true as has_consent,
        email_sha256,
        phone_sha256,
        first_name_sha256,
        last_name_sha256,
        city_sha256,
        postcode_sha256,
        country_sha256,
        birth_year_sha256,
        birth_month_sha256,
        birth_day_sha256,
        gender_sha256
    from hashed
)

select * from members
