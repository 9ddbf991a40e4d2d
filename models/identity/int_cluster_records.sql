{{ config(materialized='view') }}
select
    record_id,
    cluster_key
from {{ ref('int_memberships') }}
where cluster_key is not null
