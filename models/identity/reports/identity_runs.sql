with

history as (
    select * from {{ ref('customer_identity_history') }}
),

opened as (
    select
        valid_from as ran_at,
        record_id
    from history
),

closed as (
    select
        valid_to as ran_at,
        record_id
    from history
    where valid_to is not null
),

changes as (
    select
        coalesce(opened.ran_at, closed.ran_at) as ran_at,
        count(opened.record_id) - count(closed.record_id) as growth,
        count(case when closed.record_id is null then 1 end) as added_count,
        count(case when opened.record_id is null then 1 end) as removed_count,
        count(
            case when opened.record_id = closed.record_id then 1 end
        ) as moved_count
    from opened
    full outer join closed
        on opened.ran_at = closed.ran_at and opened.record_id = closed.record_id
    group by coalesce(opened.ran_at, closed.ran_at)
),

runs as (
    select
        *,
        cast(sum(growth) over (order by ran_at) - growth as bigint) as held_count
    from changes
)

select
    held_count,
    moved_count,
    added_count,
    removed_count,
    cast(
        coalesce(moved_count / nullif(cast(held_count as double precision), 0), 0)
        as decimal(9, 6)
    ) as moved_share,
    ran_at
from runs
