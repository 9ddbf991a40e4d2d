with

cards as (
    select * from {{ ref('stg_clientela__customers') }}
),

records as (
    select
        'clientela:' || clientela_card_id as record_id,
        'clientela' as source,
        clientela_card_id as source_customer_id,
        title,
        first_name,
        last_name,
        cast(null as text) as birth_name,
        cast(null as text) as company_name,
        gender,
        birth_date,
        email,
        phone,
        cast(null as text) as mobile_phone,
        address_line_1,
        address_line_2,
        postcode,
        city,
        cast(null as text) as region,
        country,
        language,
        loyalty_card,
        cast(null as text) as other_identifier,
        home_store_id,
        created_at,
        updated_at
    from cards
)

select * from records
