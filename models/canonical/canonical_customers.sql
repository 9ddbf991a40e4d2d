with

customers as (
    select * from {{ ref('int_source_customers') }}
),

published as (
    select * from {{ ref('int_published_records') }}
),

own_values as (
    select * from {{ ref('int_own_values') }}
),

genuine as (
    select customers.*
    from customers
    left join published on customers.record_id = published.record_id
    where published.record_id is null
    union all
    -- under what we published stands what the record itself said, for ever
    select own_values.*
    from own_values
    inner join published on own_values.record_id = published.record_id
),

records as (
    -- a record that never said anything itself is there, but silent
    select
        customers.record_id,
        customers.source,
        customers.source_customer_id,
        case when genuine.record_id is null then published.published_customer_id end
            as published_customer_id,
        genuine.title,
        genuine.first_name,
        genuine.last_name,
        genuine.birth_name,
        genuine.company_name,
        genuine.gender,
        genuine.birth_date,
        genuine.email,
        genuine.phone,
        genuine.mobile_phone,
        genuine.address_line_1,
        genuine.address_line_2,
        genuine.postcode,
        genuine.city,
        genuine.region,
        genuine.country,
        genuine.language,
        genuine.loyalty_card,
        genuine.other_identifier,
        genuine.home_store_id,
        coalesce(genuine.created_at, customers.created_at) as created_at,
        coalesce(genuine.updated_at, customers.updated_at) as updated_at
    from customers
    left join genuine on customers.record_id = genuine.record_id
    left join published on customers.record_id = published.record_id
)

select * from records
