-- A record is marked anew when its cluster has gained or lost anybody; one that has
-- gone keeps a mark without a cluster.
with

clustered as (
    select
        records.record_key,
        records.record_id,
        coalesce(
            agreements.component_key, components.component_key, records.record_key
        ) as cluster_key
    from {{ ref('int_match_records') }} as records
    left join {{ ref('int_components') }} as components
        on records.record_key = components.node_key
    left join {{ ref('int_agreements') }} as agreements
        on records.record_key = agreements.node_key
),

{% if is_incremental() %}
    moved as (
        select
            kept.record_key,
            kept.record_id,
            clustered.cluster_key,
            kept.cluster_key as kept_cluster_key
        from clustered
        full outer join {{ this }} as kept on clustered.record_key = kept.record_key
        where clustered.cluster_key is distinct from kept.cluster_key
    ),

    touched as (
        select cluster_key from moved
        union
        select kept_cluster_key as cluster_key from moved
    ),
{% endif %}

changed as (
    select clustered.*
    from clustered
    {% if is_incremental() %}
        inner join touched on clustered.cluster_key = touched.cluster_key
        union all
        select
            record_key,
            record_id,
            cluster_key
        from moved
        where cluster_key is null
    {% else %}
        union all
        -- gone since it was published, and this table is made anew
        select
            {{ record_key('previous.record_id') }} as record_key,
            previous.record_id,
            cast(null as bigint) as cluster_key
        from {{ ref('int_previous_identities') }} as previous
        left join clustered on previous.record_id = clustered.record_id
        where previous.valid_to is null and clustered.record_id is null
    {% endif %}
),

publications as (
    select max(coalesce(valid_to, valid_from)) as published_at
    from {{ ref('int_previous_identities') }}
)

select
    changed.*,
    -- later than what is published, even by a clock that was set back
    greatest(
        {{ run_time() }},
        coalesce(
            publications.published_at + interval '1' second, {{ run_time() }}
        )
    ) as changed_at
from changed
cross join publications
