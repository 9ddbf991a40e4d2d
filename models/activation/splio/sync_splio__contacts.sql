-- Splio's custom fields are texts; each channel is there only if it may be used.
with

customers as (
    select * from {{ ref('int_contactable_customers') }}
),

keys as (
    select * from {{ ref('int_tool_keys') }}
    where tool = 'splio'
),

contacts as (
    select
        coalesce(keys.destination_key, customers.customer_id) as destination_key,
        customers.customer_id,
        {{ payload_hash([
            'customers.email', 'customers.cellphone', 'customers.first_name',
            'customers.last_name', 'customers.language', 'customers.customer_id',
            'customers.title', 'customers.gender', 'customers.birth_date',
            'customers.postcode', 'customers.city', 'customers.country',
            'customers.home_store', 'customers.segments', 'customers.favourite_store',
            'customers.favourite_channel', 'customers.first_purchase_date',
            'customers.last_purchase_date', 'customers.purchases',
            'customers.purchases_12_months', 'customers.revenue',
            'customers.revenue_12_months', 'customers.average_basket'
        ]) }} as payload_hash,
        customers.has_consent,
        customers.email,
        customers.cellphone,
        customers.first_name as firstname,
        customers.last_name as lastname,
        customers.language,
        -- the way back to the warehouse, and our mark on the contact
        customers.customer_id as orfevre_customer_id,
        customers.title,
        customers.gender,
        cast(customers.birth_date as text) as birth_date,
        customers.postcode,
        customers.city,
        customers.country,
        customers.home_store,
        customers.segments,
        customers.favourite_store,
        customers.favourite_channel,
        cast(customers.first_purchase_date as text) as first_purchase_date,
        cast(customers.last_purchase_date as text) as last_purchase_date,
        cast(customers.purchases as text) as purchases,
        cast(customers.purchases_12_months as text) as purchases_12_months,
        cast(customers.revenue as text) as revenue,
        cast(customers.revenue_12_months as text) as revenue_12_months,
        cast(customers.average_basket as text) as average_basket
    from customers
    left join keys on customers.customer_id = keys.customer_id
)

select * from contacts
