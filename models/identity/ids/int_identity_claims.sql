with

previous as (
    select * from {{ ref('int_previous_identities') }}
),

clusters as (
    select * from {{ ref('int_cluster_records') }}
),

customers as (
    -- A customer without an open row was merged away, or lost its records.
    select
        customer_id,
        count(distinct record_id) as record_count,
        min(valid_from) as known_since,
        max(case when valid_to is null then 1 else 0 end) as is_live
    from previous
    group by customer_id
),

claims as (
    select
        clusters.cluster_key,
        previous.customer_id,
        count(distinct previous.record_id) as shared_count,
        min(previous.valid_from) as shared_since,
        min(previous.record_id) as shared_key
    from previous
    inner join clusters on previous.record_id = clusters.record_id
    inner join customers on previous.customer_id = customers.customer_id
    where
        -- A live customer claims by what it holds now, a former one by all it held.
        previous.valid_to is null
        or customers.is_live = 0
    group by clusters.cluster_key, previous.customer_id
),

ranked as (
    -- The larger part keeps the id; ties by age, then by key.
    select
        claims.cluster_key,
        claims.customer_id,
        claims.shared_count,
        customers.is_live,
        customers.known_since,
        customers.record_count,
        row_number() over (
            partition by claims.customer_id
            order by
                claims.shared_count desc,
                claims.shared_since asc,
                claims.shared_key asc
        ) as choice
    from claims
    inner join customers on claims.customer_id = customers.customer_id
)

select
    cluster_key,
    customer_id,
    row_number() over (
        partition by cluster_key
        order by is_live desc, shared_count desc, known_since asc, customer_id asc
    ) as precedence
from ranked
where
    choice = 1
    -- A former id comes back only with most of what it held: redirects stay true.
    and (is_live = 1 or 2 * shared_count > record_count)
