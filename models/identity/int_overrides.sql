with

decided_pairs as (
    select * from {{ ref('decided_pairs') }}
),

records as (
    select
        record_id,
        record_key
    from {{ ref('int_match_records') }}
    where
        record_id in (
            select decided_pairs.left_record_id from decided_pairs
            union
            select decided_pairs.right_record_id from decided_pairs
        )
),

found as (
    select
        decided_pairs.*,
        least(near.record_key, far.record_key) as left_key,
        greatest(near.record_key, far.record_key) as right_key,
        near.record_key is not null and far.record_key is not null as is_known
    from decided_pairs
    left join records as near on decided_pairs.left_record_id = near.record_id
    left join records as far on decided_pairs.right_record_id = far.record_id
)

select
    *,
    -- Of one record alone there is nothing to decide.
    is_known and not is_expired and not is_pending and left_key <> right_key
        as is_in_force
from found
