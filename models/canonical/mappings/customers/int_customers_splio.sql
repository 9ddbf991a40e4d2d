with

contacts as (
    select * from {{ ref('stg_splio__contacts') }}
),

records as (
    select
        'splio:' || splio_contact_id as record_id,
        'splio' as source,
        splio_contact_id as source_customer_id,
        cast(null as text) as title,
        first_name,
        last_name,
        cast(null as text) as birth_name,
        cast(null as text) as company_name,
        cast(null as text) as gender,
        cast(null as text) as birth_date,
        email,
        cast(null as text) as phone,
        mobile_phone,
        cast(null as text) as address_line_1,
        cast(null as text) as address_line_2,
        cast(null as text) as postcode,
        cast(null as text) as city,
        cast(null as text) as region,
        cast(null as text) as country,
        language,
        cast(null as text) as loyalty_card,
        cast(null as text) as other_identifier,
        cast(null as text) as home_store_id,
        created_at,
        created_at as updated_at
    from contacts
)

select * from records
