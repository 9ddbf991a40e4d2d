{{ config(materialized='connected_components') }}
select
    left_key,
    right_key
from {{ ref('int_decided_links') }}
where refusal is null
