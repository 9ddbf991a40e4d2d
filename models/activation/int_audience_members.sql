-- Matching to an advertising platform needs its own agreement: one to messages is none.
with

consents as (
    select * from {{ ref('int_agreed_contacts') }}
    where purpose = 'advertising'
),

customers as (
    select * from {{ ref('customers') }}
),

members as (
    select
        consents.customer_id,
        consents.email,
        consents.cellphone,
        customers.first_name,
        customers.last_name,
        customers.gender,
        customers.postcode,
        customers.city,
        customers.country,
        customers.birth_date
    from consents
    inner join customers on consents.customer_id = customers.customer_id
)

select * from members
