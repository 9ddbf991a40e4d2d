{{ config(materialized='view') }}
-- Both ways: whichever of the two changes, the other may have another best link.
select
    left_key as node_key,
    right_key as other_key,
    score,
    is_left_nameless as is_nameless,
    is_right_nameless as is_other_nameless,
    first_refusal
from {{ ref('int_judged_pairs') }}
where (is_left_nameless or is_right_nameless) and not is_gone
union all
select
    right_key as node_key,
    left_key as other_key,
    score,
    is_right_nameless as is_nameless,
    is_left_nameless as is_other_nameless,
    first_refusal
from {{ ref('int_judged_pairs') }}
where (is_left_nameless or is_right_nameless) and not is_gone
