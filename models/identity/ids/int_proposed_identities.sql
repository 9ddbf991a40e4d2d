with

granted as (
    select * from {{ ref('int_granted_identities') }}
),

fresh as (
    select
        unpublished.cluster_key,
        min(unpublished.record_id) as first_record_id
    from {{ ref('int_unpublished_records') }} as unpublished
    left join granted on unpublished.cluster_key = granted.cluster_key
    where unpublished.cluster_key is not null and granted.cluster_key is null
    group by unpublished.cluster_key
),

generations as (
    -- Ids that the record held before, so that a new id is never one given earlier.
    select
        fresh.cluster_key,
        count(distinct previous.customer_id) as held_count
    from {{ ref('int_previous_identities') }} as previous
    inner join fresh on previous.record_id = fresh.first_record_id
    group by fresh.cluster_key
),

cluster_ids as (
    select * from granted
    union all
    select
        fresh.cluster_key,
        'c' || substring(
            md5(
                fresh.first_record_id
                || '#' || cast(coalesce(generations.held_count, 0) as text)
            ), 1, 19
        ) as customer_id
    from fresh
    left join generations on fresh.cluster_key = generations.cluster_key
)

select
    unpublished.record_id,
    cluster_ids.customer_id,
    -- what is published at this time is published, even by a clock that was set back
    greatest(
        {{ run_time() }},
        (
            select max(latest.publishable_at)
            from {{ ref('int_unpublished_records') }} as latest
        )
    ) as proposed_at
from {{ ref('int_unpublished_records') }} as unpublished
left join cluster_ids on unpublished.cluster_key = cluster_ids.cluster_key
