{{ config(materialized='view') }}
-- A person may think again: the last word of the reviews on a pair holds.
with

decisions as (
    select
        *,
        row_number() over (
            partition by
                least(left_record_id, right_record_id),
                greatest(left_record_id, right_record_id)
            order by
                decided_at desc, decision asc,
                author asc, reason asc, expiry_date asc, left_record_id asc
        ) as place
    from {{ ref('identity_decisions') }}
),

stated as (
    select
        left_record_id,
        right_record_id,
        decision,
        reason,
        author,
        'seed' as origin,
        decided_date,
        expiry_date
    from {{ ref('identity_overrides') }}
    union all
    select
        left_record_id,
        right_record_id,
        decision,
        reason,
        author,
        'review' as origin,
        cast(decided_at as date) as decided_date,
        expiry_date
    from decisions
    where place = 1 and decision <> 'withdrawn'
)

select
    *,
    coalesce(expiry_date <= {{ as_of_date() }}, false) as is_expired,
    -- A review holds at once: a clock dated it, which as_of_date may lie behind.
    coalesce(origin = 'seed' and decided_date > {{ as_of_date() }}, false) as is_pending
from stated
