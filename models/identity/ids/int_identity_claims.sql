with

-- A record that left a customer and came back to it is one record.
holdings as (
    select
        previous.customer_id,
        previous.record_id,
        min(previous.valid_from) as held_since,
        max(case when previous.valid_to is null then previous.valid_from end)
            as holds_since
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
        count(*) as record_count,
        min(held_since) as known_since,
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
        customers.record_count,
        count(*) as shared_count,
        min(coalesce(holdings.holds_since, holdings.held_since)) as shared_since,
        min(holdings.record_id) as shared_key
    from holdings
    inner join customers on holdings.customer_id = customers.customer_id
    inner join {{ ref('int_cluster_records') }} as clusters
        on holdings.record_id = clusters.record_id
    -- A live customer claims by what it holds now, a former one by all it held.
    where holdings.holds_since is not null or not customers.is_live
    group by
        clusters.cluster_key, holdings.customer_id, customers.is_live,
        customers.known_since, customers.record_count
),

ranked as (
    -- The larger part keeps the id; ties by age, then by key.
    select
        *,
        row_number() over (
            partition by customer_id
            order by shared_count desc, shared_since asc, shared_key asc
        ) as choice
    from claims
)

select
    cluster_key,
    customer_id,
    row_number() over (
        partition by cluster_key
        order by
            is_live desc, shared_count desc, known_since asc, customer_id asc
    ) as precedence
from ranked
where
    choice = 1
    -- A former id comes back only with most of what it held: redirects stay true.
    and (is_live or 2 * shared_count > record_count)
    and cluster_key in (
        select latest.cluster_key from {{ ref('int_unpublished_records') }} as latest
    )
