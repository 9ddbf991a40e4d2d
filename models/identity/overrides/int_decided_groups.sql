{{ config(materialized='connected_components') }}
-- Who is the same as the same person is the same person.
select
    left_key,
    right_key
from {{ ref('int_overrides') }}
where is_in_force and decision = 'match'
