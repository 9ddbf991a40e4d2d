{{ config(materialized='view') }}
-- Record keys are hashes, so that records with neighbouring keys are strangers.
with

sample as (
    select record_key from {{ ref('int_match_records') }}
    order by record_key
    limit {{ var('identity_random_records') }} + {{ var('identity_random_neighbours') }}
),

numbered as (
    select
        record_key,
        row_number() over (order by record_key) as place
    from sample
),

-- Materialised, or a planner may pair all with all and look at the places last.
steps as materialized (
    select
        near.record_key as left_key,
        near.place + step.place as far_place
    from numbered as near
    cross join numbered as step
    where
        near.place <= {{ var('identity_random_records') }}
        and step.place <= {{ var('identity_random_neighbours') }}
)

select
    steps.left_key,
    numbered.record_key as right_key,
    0 as rules,
    false as is_gone,
    {{ run_time() }} as changed_at
from steps
inner join numbered on steps.far_place = numbered.place
