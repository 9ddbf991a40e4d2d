with

members as (
    select * from {{ ref('household_members') }}
),

customers as (
    select * from {{ ref('customers') }}
),

households as (
    -- One address key is one street line and commune; postcodes may differ within it.
    select
        members.household_id,
        members.surname,
        min(customers.address_line_1) as address_line_1,
        min(customers.postcode) as postcode,
        min(customers.city) as city,
        min(customers.country) as country,
        min(customers.insee_code) as insee_code,
        count(*) as customer_count
    from members
    inner join customers on members.customer_id = customers.customer_id
    group by members.household_id, members.surname
)

select * from households
