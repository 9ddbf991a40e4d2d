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
    from {{ affected_rows(ref('int_match_records'), 'record_key') }} as records
    left join {{ affected_rows(ref('int_components'), 'node_key') }} as components
        on records.record_key = components.node_key
    left join {{ affected_rows(ref('int_agreements'), 'node_key') }} as agreements
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
        full outer join {{ affected_rows(this, 'record_key') }} as kept
            on clustered.record_key = kept.record_key
        where clustered.cluster_key is distinct from kept.cluster_key
    ),
{% endif %}

changed as (
    select clustered.*
    from clustered
    {% if is_incremental() %}
        where
            clustered.cluster_key in (
                select moved.cluster_key from moved
                union
                select moved.kept_cluster_key from moved
            )
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
    select max(coalesce(valid_to, valid_from)) + interval '1' second as over_at
    from {{ ref('int_previous_identities') }}
)

select
    changed.*,
    {{ run_time() }} as changed_at,
    -- later than what is published, even by a clock that was set back
    greatest(
        {{ run_time() }}, coalesce(publications.over_at, {{ run_time() }})
    ) as publishable_at
from changed
cross join publications
