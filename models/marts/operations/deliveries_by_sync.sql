with

runs as (
    select * from {{ ref('int_runs_by_sync') }}
),

held as (
    select
        sync_name,
        sum(case when change_type <> 'delete' then 1 else 0 end) as held_count,
        sum(case when change_type = 'delete' then 1 else 0 end) as deleted_count,
        max(delivered_at) as last_delivery_at
    from {{ ref('receipts') }}
    group by sync_name
),

attempts as (
    select
        sync_name,
        count(*) as attempt_count,
        count(case when status in ('failed', 'lost') then 1 end) as failed_count,
        cast(sum(accepted_count) as bigint) as accepted_count,
        cast(sum(rejected_count) as bigint) as rejected_count
    from {{ ref('deliveries') }}
    group by sync_name
),

doubtful as (
    select
        sync_name,
        count(*) as in_doubt_count
    from {{ ref('intents') }}
    group by sync_name
),

final as (
    select
        runs.sync_name,
        runs.last_status,
        runs.last_message,
        cast(coalesce(held.held_count, 0) as bigint) as held_count,
        cast(coalesce(held.deleted_count, 0) as bigint) as deleted_count,
        coalesce(doubtful.in_doubt_count, 0) as in_doubt_count,
        coalesce(attempts.attempt_count, 0) as attempt_count,
        coalesce(attempts.failed_count, 0) as failed_attempt_count,
        coalesce(attempts.accepted_count, 0) as accepted_count,
        coalesce(attempts.rejected_count, 0) as rejected_count,
        runs.last_rejected_count,
        runs.last_failed_count,
        runs.run_count,
        {{ divide_to_hundredths('100 * runs.failed_run_count', 'runs.run_count') }}
            as failed_run_percent,
        runs.last_run_at,
        runs.last_success_at,
        held.last_delivery_at
    from runs
    left join held on runs.sync_name = held.sync_name
    left join attempts on runs.sync_name = attempts.sync_name
    left join doubtful on runs.sync_name = doubtful.sync_name
)

select * from final
