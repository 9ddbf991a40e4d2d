with

orders as (
    select * from {{ ref('stg_files__orders') }}
),

records as (
    select
        source || ':guest-' || source_order_id as record_id,
        source,
        'guest-' || source_order_id as source_customer_id,
        cast(null as text) as title,
        cast(null as text) as first_name,
        cast(null as text) as last_name,
        cast(null as text) as birth_name,
        cast(null as text) as company_name,
        cast(null as text) as gender,
        cast(null as text) as birth_date,
        email,
        cast(null as text) as phone,
        cast(null as text) as mobile_phone,
        cast(null as text) as address_line_1,
        cast(null as text) as address_line_2,
        cast(null as text) as postcode,
        cast(null as text) as city,
        cast(null as text) as region,
        cast(null as text) as country,
        cast(null as text) as language,
        cast(null as text) as loyalty_card,
        cast(null as text) as other_identifier,
        store_id as home_store_id,
        ordered_at as created_at,
        updated_at
    from orders
    -- an order that names no customer but an e-mail still names somebody
    where source_customer_id is null and email is not null
)

select * from records
