-- How well does each source know the customers: how many, how many that no other source
-- knows, and how many with a clean e-mail, phone and address.
with

records as (
    select
        identities.customer_id,
        records.source,
        records.email,
        records.phone,
        records.insee_code
    from {{ ref('customer_records') }} as records
    inner join {{ ref('customer_identities') }} as identities
        on records.record_id = identities.record_id
    -- what we published ourselves is no knowledge of the tool's
    where records.published_customer_id is null
),

customers as (
    select
        customer_id,
        source_count
    from {{ ref('customers') }}
),

coverage as (
    select
        records.source,
        count(*) as record_count,
        count(distinct records.customer_id) as customer_count,
        count(
            distinct case when customers.source_count = 1 then records.customer_id end
        ) as known_here_only_count,
        count(records.email) as email_count,
        count(records.phone) as phone_count,
        count(records.insee_code) as address_count
    from records
    inner join customers on records.customer_id = customers.customer_id
    group by records.source
)

select * from coverage
order by customer_count desc, source asc
