-- Splio merges nothing: whoever has a contact there keeps its key, the oldest one. A
-- key that is another living customer's id stays with that customer, so that two
-- customers come apart there as they do here.
with

contacts as (

    select
        'splio:' || splio_contact_id as record_id,
        contact_key,
        created_at
    from {{ ref('stg_splio__contacts') }}

),

identities as (

    select
        record_id,
        customer_id
    from {{ ref('customer_identities') }}

),

customers as (

    select customer_id from {{ ref('customers') }}

),

known as (

    select
        identities.customer_id,
        contacts.contact_key,
        row_number() over (
            partition by identities.customer_id
            order by contacts.created_at nulls last, contacts.contact_key
        ) as position
    from contacts
    inner join identities on contacts.record_id = identities.record_id
    left outer join customers as namesakes
        on
            contacts.contact_key = namesakes.customer_id
            and contacts.contact_key <> identities.customer_id
    where namesakes.customer_id is null

),

keys as (

    select
        customers.customer_id,
        coalesce(known.contact_key, customers.customer_id) as destination_key
    from customers
    left outer join known
        on
            customers.customer_id = known.customer_id
            and known.position = 1

)

select * from keys
