-- Record keys are in the order of a hash, so that records with neighbouring keys are
-- strangers.
with

records as (
    select record_key from {{ ref('int_match_records') }}
),

steps as (
    select record_key as step from records
    where record_key <= 50
),

last_records as (
    select max(record_key) as last_key from records
),

pairs as (
    select
        records.record_key as left_key,
        records.record_key + steps.step as right_key
    from records
    cross join steps
    cross join last_records
    where
        records.record_key <= {{ var('identity_random_records') }}
        and records.record_key + steps.step <= last_records.last_key
)

select
    left_key,
    right_key,
    0 as rules
from pairs
