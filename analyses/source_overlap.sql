-- How many customers do two sources share?
with

known as (
    select distinct
        identities.customer_id,
        records.source
    from {{ ref('customer_records') }} as records
    inner join {{ ref('customer_identities') }} as identities
        on records.record_id = identities.record_id
    -- what we published ourselves is no knowledge of the tool's
    where records.published_customer_id is null
),

pairs as (
    select
        one.source,
        other.source as other_source,
        count(*) as customer_count
    from known as one
    inner join known as other
        on one.customer_id = other.customer_id and one.source < other.source
    group by one.source, other.source
)

select * from pairs
order by customer_count desc, source asc, other_source asc
