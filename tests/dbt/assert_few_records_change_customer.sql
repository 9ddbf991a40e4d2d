-- Publication stops when too many records change customer: something went wrong.
-- To publish a change that is meant: --vars '{identity_max_moved_share: 1}'.
with

moved as (
    select coalesce(sum(record_count), 0) as record_count
    from {{ ref('identity_changes') }}
    where change_type in ('merged', 'split', 'moved')
),

held as (
    select count(*) as record_count
    from {{ ref('int_previous_identities') }}
    where valid_to is null
)

select
    moved.record_count as moved_count,
    held.record_count as held_count
from moved
cross join held
where moved.record_count > {{ var('identity_max_moved_share') }} * held.record_count
