-- A card on which a seller noted an agreement keeps the e-mail or phone that was agreed
-- upon: writing another over it would carry the agreement to where it was not given.
with

keys as (
    select * from {{ ref('int_tool_keys') }}
    where tool = 'clientela'
),

records as (
    select
        record_id,
        email,
        phone
    from {{ ref('customer_records') }}
),

agreements as (
    select
        record_id,
        max(case when contact_type = 'email' then 1 else 0 end) as has_email,
        max(case when contact_type = 'phone' then 1 else 0 end) as has_phone
    from {{ ref('canonical_consents') }}
    where source = 'clientela' and is_granted
    group by record_id
),

customers as (
    select
        customer_id,
        email,
        phone
    from {{ ref('customers') }}
),

contacts as (
    select
        customers.customer_id,
        coalesce(keys.destination_key, customers.customer_id) as destination_key,
        keys.tool_id as card_id,
        case
            when agreements.has_email = 1 then coalesce(records.email, customers.email)
            else customers.email
        end as email,
        case
            when agreements.has_phone = 1 then coalesce(records.phone, customers.phone)
            else customers.phone
        end as phone
    from customers
    left join keys on customers.customer_id = keys.customer_id
    left join records on keys.record_id = records.record_id
    left join agreements on keys.record_id = agreements.record_id
)

select * from contacts
