{{ config(materialized='connected_components', part_key='node_key') }}
select
    left_key,
    right_key
from {{ ref('int_decided_links') }}
where refusal is null and {{ is_affected('left_key') }}
