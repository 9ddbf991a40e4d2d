with

clusters as (
    select * from {{ ref('int_cluster_records') }}
),

claims as (
    select * from {{ ref('int_identity_claims') }}
),

previous as (
    select * from {{ ref('int_previous_identities') }}
),

cluster_firsts as (
    select
        cluster_key,
        min(record_id) as first_record_id
    from clusters
    group by cluster_key
),

generations as (
    -- Ids that the record held before, so that a new id is never one given earlier.
    select
        record_id,
        count(distinct customer_id) as held_count
    from previous
    group by record_id
),

cluster_ids as (
    select
        cluster_firsts.cluster_key,
        coalesce(
            claims.customer_id,
            'c' || substring(
                md5(
                    cluster_firsts.first_record_id
                    || '#' || cast(coalesce(generations.held_count, 0) as text)
                ), 1, 19
            )
        ) as customer_id
    from cluster_firsts
    left join claims
        on
            cluster_firsts.cluster_key = claims.cluster_key
            and claims.precedence = 1
    left join generations
        on cluster_firsts.first_record_id = generations.record_id
)

select
    clusters.record_id,
    cluster_ids.customer_id
from clusters
inner join cluster_ids on clusters.cluster_key = cluster_ids.cluster_key
