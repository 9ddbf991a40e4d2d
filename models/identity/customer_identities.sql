with

cluster_records as (
    select * from {{ ref('int_cluster_records') }}
),

records as (
    select record_id, source, source_customer_id from {{ ref('customer_records') }}
),

clusters as (
    select cluster_key, min(md5(record_id)) as customer_id
    from cluster_records
    group by cluster_key
)

select
    records.record_id,
    records.source,
    records.source_customer_id,
    clusters.customer_id
from records
inner join cluster_records on records.record_id = cluster_records.record_id
inner join clusters on cluster_records.cluster_key = clusters.cluster_key
