with

customers as (
    select * from {{ ref('stg_files__customers') }}
),

records as (
    select
        source || ':' || source_customer_id as record_id,
        source,
        source_customer_id,
        title,
        first_name,
        last_name,
        birth_name,
        company_name,
        gender,
        birth_date,
        email,
        phone,
        mobile_phone,
        address_line_1,
        address_line_2,
        postcode,
        city,
        region,
        country,
        language,
        loyalty_card,
        other_identifier,
        home_store_id,
        created_at,
        updated_at
    from customers
)

select * from records
