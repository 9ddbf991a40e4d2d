with

contacts as (
    select * from {{ ref('int_clientela_contacts') }}
),

customers as (
    select * from {{ ref('customers') }}
),

metrics as (
    select * from {{ ref('customer_metrics') }}
),

stores as (
    select * from {{ ref('int_clientela_stores') }}
),

notes as (
    select * from {{ ref('int_clientela_notes') }}
),

cards as (
    -- a customer of no store is nobody's on the tablets, unless a seller opened a card
    select
        contacts.destination_key,
        contacts.customer_id,
        contacts.card_id,
        customers.title,
        customers.first_name,
        customers.last_name,
        cast(customers.birth_date as text) as birth_date,
        case customers.gender when 'female' then 'F' when 'male' then 'M' end as gender,
        contacts.email,
        contacts.phone,
        customers.address_line_1,
        customers.address_line_2,
        customers.postcode,
        customers.city,
        customers.country,
        lower(substring(customers.language, 1, 2)) as language,
        customers.home_store_id as home_store_code,
        customers.loyalty_card,
        coalesce(stores.visible_in_stores, '[]') as visible_in_stores,
        notes.last_orders,
        notes.wish_list,
        metrics.favourite_store_id as favourite_store,
        metrics.purchase_count_12_months as purchases_12_months,
        cast(metrics.revenue_12_months as text) as revenue_12_months,
        cast(metrics.revenue as text) as revenue,
        cast(metrics.average_basket as text) as average_basket,
        cast(metrics.last_purchase_date as text)
            as last_purchase_date
    from contacts
    inner join customers on contacts.customer_id = customers.customer_id
    inner join metrics on contacts.customer_id = metrics.customer_id
    left join stores on contacts.customer_id = stores.customer_id
    left join notes on contacts.customer_id = notes.customer_id
    where stores.customer_id is not null or contacts.card_id is not null
)

select * from cards
