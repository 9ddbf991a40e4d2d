with

keys as (
    select * from {{ ref('int_splio_keys') }}
),

consents as (
    select * from {{ ref('int_splio_consents') }}
),

customers as (
    select * from {{ ref('customers') }}
),

metrics as (
    select * from {{ ref('customer_metrics') }}
),

segments as (
    select * from {{ ref('int_splio_segments') }}
),

contacts as (
    select
        keys.destination_key,
        consents.customer_id,
        -- each channel is there only if it may be used
        consents.email,
        consents.cellphone,
        customers.first_name as firstname,
        customers.last_name as lastname,
        lower(substring(customers.language, 1, 2)) as language,
        consents.customer_id as orfevre_customer_id,
        customers.title,
        customers.gender,
        cast(customers.birth_date as text) as birth_date,
        customers.postcode,
        customers.city,
        customers.country,
        customers.home_store_id as home_store,
        segments.segments,
        metrics.favourite_store_id as favourite_store,
        metrics.favourite_channel,
        cast(metrics.first_purchase_date as text)
            as first_purchase_date,
        cast(metrics.last_purchase_date as text)
            as last_purchase_date,
        cast(metrics.purchase_count as text) as purchases,
        cast(metrics.purchase_count_12_months as text)
            as purchases_12_months,
        cast(metrics.revenue as text) as revenue,
        cast(metrics.revenue_12_months as text) as revenue_12_months,
        cast(metrics.average_basket as text) as average_basket
    from consents
    inner join customers on consents.customer_id = customers.customer_id
    inner join keys on consents.customer_id = keys.customer_id
    inner join metrics on consents.customer_id = metrics.customer_id
    left join segments on consents.customer_id = segments.customer_id
)

select * from contacts
