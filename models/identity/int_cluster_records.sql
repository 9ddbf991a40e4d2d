with

records as (
    select * from {{ ref('int_match_records') }}
),

components as (
    select * from {{ ref('int_components') }}
),

agreements as (
    select * from {{ ref('int_agreements') }}
)

select
    records.record_id,
    records.source,
    records.record_key,
    coalesce(agreements.component_key, components.component_key, records.record_key)
        as cluster_key
from records
left join components on records.record_key = components.node_key
left join agreements on records.record_key = agreements.node_key
