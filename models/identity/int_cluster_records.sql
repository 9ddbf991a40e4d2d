{{ config(materialized='view') }}
select
    record_id,
    record_key,
    cluster_key
from {{ ref('int_memberships') }}
where cluster_key is not null
