{{ config(materialized='view') }}
-- What the last run left. Not a ref, which would be a cycle.
select
    node_key,
    component_key
from {{ state_of('int_components', {
    'node_key': 'bigint', 'component_key': 'bigint',
}) }} as components
