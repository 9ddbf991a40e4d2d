-- The tools merge nothing by themselves, so whoever is there already keeps the key:
-- one of the tool's own before one that we made, the oldest first. A record without a
-- key of ours (a card that a seller opened) is given the customer id.
with

records as (
    select
        'splio' as tool,
        'splio:' || splio_contact_id as record_id,
        splio_contact_id as tool_id,
        contact_key as tool_key,
        created_at
    from {{ ref('stg_splio__contacts') }}
    union all
    select
        'clientela' as tool,
        'clientela:' || clientela_card_id as record_id,
        clientela_card_id as tool_id,
        external_customer_id as tool_key,
        created_at
    from {{ ref('stg_clientela__customers') }}
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

ranked as (
    select
        records.*,
        identities.customer_id,
        row_number() over (
            partition by records.tool, identities.customer_id
            order by
                case when records.tool_key is null then 1 else 0 end,
                identities.echo_rank,
                case when records.tool_key = identities.customer_id then 0 else 1 end,
                records.created_at nulls last,
                coalesce(records.tool_key, ''),
                records.record_id
        ) as position
    from records
    inner join identities on records.record_id = identities.record_id
    -- a key that is another living customer's id stays with that customer, so that two
    -- customers come apart in the tool as they do here
    left join customers as namesakes
        on
            case
                when records.tool_key <> identities.customer_id then records.tool_key
            end = namesakes.customer_id
    where namesakes.customer_id is null
),

keys as (
    select
        ranked.tool,
        customers.customer_id,
        coalesce(ranked.tool_key, customers.customer_id) as destination_key,
        ranked.record_id,
        ranked.tool_id
    from ranked
    inner join customers on ranked.customer_id = customers.customer_id
    where ranked.position = 1
)

select * from keys
