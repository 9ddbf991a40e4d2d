with

customers as (
    {{ customer_contents(ref('int_unread_customers'), ref('int_unread_points')) }}
),

countries as (
    select * from {{ ref('int_country_names') }}
),

written as (
    select
        customers.record_id,
        customers.source,
        customers.source_customer_id,
        customers.published_customer_id,
        countries.country as written_country,
        customers.language,
        customers.loyalty_card,
        customers.other_identifier,
        customers.home_store_id,
        {{ raw_twins('customers', [
            'title', 'first_name', 'last_name', 'birth_name', 'company_name', 'gender',
            'birth_date', 'email', 'phone', 'mobile_phone', 'address_line_1',
            'address_line_2', 'postcode', 'city', 'country'
        ]) }},
        customers.read_birth_date,
        customers.read_birth_date_status,
        customers.content_hash,
        customers.created_at,
        customers.updated_at
    from customers
    left join countries on customers.country = countries.raw_country
)

select * from written
