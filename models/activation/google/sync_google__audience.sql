-- Google's normal forms: small letters, no dots and no suffix in an address of Gmail,
-- names without punctuation, phones with the plus sign; postcode, country as they are.
with

customers as (
    select
        *,
        replace(lower(email), ' ', '') as address
    from {{ ref('int_audience_members') }}
),

normalised as (
    select
        customer_id,
        case
            when split_part(address, '@', 2) in ('gmail.com', 'googlemail.com')
                then
                    replace(split_part(split_part(address, '@', 1), '+', 1), '.', '')
                    || '@' || split_part(address, '@', 2)
            else address
        end as email,
        '+' || {{ replace_pattern('cellphone', '[^0-9]', '') }} as phone,
        {{ drop_punctuation('lower(first_name)') }} as first_name,
        {{ drop_punctuation('lower(last_name)') }} as last_name,
        replace(postcode, ' ', '') as postcode,
        upper(country) as country
    from customers
),

hashed as (
    select
        customer_id,
        {{ sha256('email') }} as email_sha256,
        {{ sha256('phone') }} as phone_sha256,
        {{ sha256('first_name') }} as first_name_sha256,
        {{ sha256('last_name') }} as last_name_sha256,
        postcode,
        country
    from normalised
),

members as (
    select
        customer_id as destination_key,
        customer_id,
        {{ payload_hash([
            'email_sha256', 'phone_sha256', 'first_name_sha256', 'last_name_sha256',
            'postcode', 'country'
        ]) }} as payload_hash,
        true as has_consent,
        email_sha256,
        phone_sha256,
        first_name_sha256,
        last_name_sha256,
        postcode,
        country
    from hashed
)

select * from members
