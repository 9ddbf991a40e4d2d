with

members as (
    select * from {{ ref('household_members') }}
),

customers as (
    select * from {{ ref('customers') }}
),

addresses as (
    -- One household may write its street line and postcode in several ways.
    select
        members.household_id,
        members.surname,
        customers.address_line_1,
        customers.postcode,
        customers.city,
        customers.country,
        customers.insee_code,
        row_number() over (
            partition by members.household_id
            order by
                count(*) desc,
                customers.address_line_1 asc,
                min(members.customer_id) asc
        ) as place,
        sum(count(*)) over (partition by members.household_id) as customer_count
    from members
    inner join customers on members.customer_id = customers.customer_id
    group by
        members.household_id, members.surname, customers.address_line_1,
        customers.postcode, customers.city, customers.country, customers.insee_code
)

select
    household_id,
    surname,
    address_line_1,
    postcode,
    city,
    country,
    insee_code,
    cast(customer_count as bigint) as customer_count
from addresses
where place = 1
