with

ranked as (
    select
        *,
        row_number() over (
            partition by sync_name order by started_at desc, run_id desc
        ) as position,
        case when status in ('failed', 'stopped', 'killed') then 1 end as is_bad,
        -- as `python -m activation --check` says it: a refused row is no failed run
        case when status in ('succeeded', 'partial') then finished_at end as well_at
    from {{ ref('sync_runs') }}
),

summed as (
    select
        sync_name,
        max(well_at) as last_success_at,
        count(case when position <= {{ var('runs_looked_at') }} then 1 end)
            as run_count,
        count(case when position <= {{ var('runs_looked_at') }} then is_bad end)
            as failed_run_count
    from ranked
    group by sync_name
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

final as (
    select
        ranked.sync_name,
        ranked.status as last_status,
        ranked.message as last_message,
        cast(coalesce(held.held_count, 0) as bigint) as held_count,
        cast(coalesce(held.deleted_count, 0) as bigint) as deleted_count,
        (
            select count(*) from {{ ref('intents') }} as intents
            where intents.sync_name = ranked.sync_name
        ) as in_doubt_count,
        coalesce(attempts.attempt_count, 0) as attempt_count,
        coalesce(attempts.failed_count, 0) as failed_attempt_count,
        coalesce(attempts.accepted_count, 0) as accepted_count,
        coalesce(attempts.rejected_count, 0) as rejected_count,
        ranked.rejected_count as last_rejected_count,
        ranked.failed_count as last_failed_count,
        summed.run_count,
        {{ divide_to_hundredths('100 * summed.failed_run_count', 'summed.run_count') }}
            as failed_run_percent,
        ranked.started_at as last_run_at,
        summed.last_success_at,
        held.last_delivery_at
    from ranked
    inner join summed on ranked.sync_name = summed.sync_name
    left join held on ranked.sync_name = held.sync_name
    left join attempts on ranked.sync_name = attempts.sync_name
    where ranked.position = 1
)

select * from final
