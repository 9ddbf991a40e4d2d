-- Splio merges nothing: whoever has a contact there keeps its key, the oldest one, and
-- one of Splio's own before one that we made; a second one that we wrote leaves Splio.
-- A key that is another living customer's id stays with that customer, so that two
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
        identities.record_id,
        identities.customer_id,
        -- a record of the tool's own goes before one that we made there
        case when records.published_customer_id is null then 0 else 1 end as echo_rank
    from {{ ref('customer_identities') }} as identities
    inner join {{ ref('customer_records') }} as records
        on identities.record_id = records.record_id
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
            order by
                identities.echo_rank,
                case
                    when contacts.contact_key = identities.customer_id then 0
                    else 1
                end,
                contacts.created_at nulls last,
                contacts.contact_key
        ) as position
    from contacts
    inner join identities on contacts.record_id = identities.record_id
    left join customers as namesakes
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
    left join known
        on
            customers.customer_id = known.customer_id
            and known.position = 1
)

select * from keys
