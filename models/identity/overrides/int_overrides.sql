with

records as (
    select
        record_id,
        record_key
    from {{ ref('int_match_records') }}
),

decisions as (
    select
        *,
        row_number() over (
            partition by
                least(left_record_id, right_record_id),
                greatest(left_record_id, right_record_id)
            order by decided_at desc, decision asc
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
        decided_on,
        expires_on
    from {{ ref('identity_overrides') }}
    union all
    select
        left_record_id,
        right_record_id,
        decision,
        reason,
        author,
        'review' as origin,
        cast(decided_at as date) as decided_on,
        expires_on
    from decisions
    -- A person may think again: the last word on a pair holds.
    where place = 1 and decision <> 'withdrawn'
),

found as (
    select
        stated.*,
        least(near.record_key, far.record_key) as left_key,
        greatest(near.record_key, far.record_key) as right_key,
        near.record_key is not null and far.record_key is not null as is_known,
        coalesce(stated.expires_on <= {{ as_of_date() }}, false) as is_expired
    from stated
    left join records as near on stated.left_record_id = near.record_id
    left join records as far on stated.right_record_id = far.record_id
)

select
    *,
    is_known and not is_expired as is_in_force
from found
