with

-- A record that left a customer and came back to it is one record.
holdings as (
    select
        previous.customer_id,
        previous.record_id,
        min(previous.valid_from) as held_since,
        max(case when previous.valid_to is null then previous.valid_from end)
            as holds_since,
        max(coalesce(previous.valid_to, cast('9999-12-31' as timestamp))) as held_until
    from {{ ref('int_previous_identities') }} as previous
    where
        previous.customer_id in (
            select claimants.customer_id
            from {{ ref('int_previous_identities') }} as claimants
            inner join {{ ref('int_unpublished_records') }} as unpublished
                on claimants.record_id = unpublished.record_id
        )
    group by previous.customer_id, previous.record_id
),

customers as (
    -- A customer that holds nothing now was merged away, or lost its records.
    select
        customer_id,
        min(held_since) as known_since,
        max(held_until) as held_until,
        count(holds_since) > 0 as is_live
    from holdings
    group by customer_id
),

claims as (
    select
        clusters.cluster_key,
        holdings.customer_id,
        customers.is_live,
        customers.known_since,
        count(*) as shared_count,
        min(coalesce(holdings.holds_since, holdings.held_since)) as shared_since,
        min(holdings.record_id) as shared_key
    from holdings
    -- A live customer claims by what it holds now, a former one by what it held last.
    inner join customers
        on
            holdings.customer_id = customers.customer_id
            and holdings.held_until = customers.held_until
    inner join {{ ref('int_cluster_records') }} as clusters
        on holdings.record_id = clusters.record_id
    group by
        clusters.cluster_key, holdings.customer_id, customers.is_live,
        customers.known_since
),

ranked as (
    -- The larger part keeps the id; ties by age, then by key.
    select
        *,
        row_number() over (
            partition by customer_id
            order by shared_count desc, shared_since asc, shared_key asc
        ) as choice,
        2 * shared_count > sum(shared_count) over (partition by customer_id)
            as is_majority
    from claims
)

select
    cluster_key,
    customer_id,
    choice,
    shared_count,
    is_live,
    is_majority,
    known_since
from ranked
where cluster_key in (
    select latest.cluster_key from {{ ref('int_unpublished_records') }} as latest
)
