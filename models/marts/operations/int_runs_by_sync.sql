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
)

select
    ranked.sync_name,
    ranked.status as last_status,
    ranked.message as last_message,
    ranked.rejected_count as last_rejected_count,
    ranked.failed_count as last_failed_count,
    summed.run_count,
    summed.failed_run_count,
    ranked.started_at as last_run_at,
    summed.last_success_at
from ranked
inner join summed on ranked.sync_name = summed.sync_name
where ranked.position = 1
