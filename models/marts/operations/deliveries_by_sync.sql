with

runs as (
    select * from {{ ref('sync_runs') }}
),

receipts as (
    select * from {{ ref('receipts') }}
),

intents as (
    select * from {{ ref('intents') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by sync_name order by started_at desc, run_id desc
        ) as position
    from runs
),

successes as (
    select
        sync_name,
        max(finished_at) as last_success_at
    from runs
    where status = 'succeeded'
    group by sync_name
),

held as (
    select
        sync_name,
        sum(case when change_type <> 'delete' then 1 else 0 end) as held_count,
        sum(case when change_type = 'delete' then 1 else 0 end) as deleted_count,
        max(delivered_at) as last_delivery_at
    from receipts
    group by sync_name
),

doubtful as (
    select
        sync_name,
        count(*) as in_doubt_count
    from intents
    group by sync_name
),

final as (
    select
        ranked.sync_name,
        ranked.status as last_status,
        ranked.message as last_message,
        cast(coalesce(held.held_count, 0) as bigint) as held_count,
        cast(coalesce(held.deleted_count, 0) as bigint) as deleted_count,
        coalesce(doubtful.in_doubt_count, 0) as in_doubt_count,
        ranked.rejected_count as last_rejected_count,
        ranked.failed_count as last_failed_count,
        ranked.started_at as last_run_at,
        successes.last_success_at,
        held.last_delivery_at
    from ranked
    left join successes on ranked.sync_name = successes.sync_name
    left join held on ranked.sync_name = held.sync_name
    left join doubtful on ranked.sync_name = doubtful.sync_name
    where ranked.position = 1
)

select * from final
