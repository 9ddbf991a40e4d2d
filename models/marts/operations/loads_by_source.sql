with

quarantined_rows as (
    select
        source,
        count(*) as quarantined_count
    from {{ ref('stg_ingestion__quarantined_rows') }}
    group by source
),

runs as (
    -- a source has failed when one of its tables has; a single feed's run is a run
    select
        load_id,
        source,
        case
            when max(case when status = 'failed' then 1 else 0 end) = 1 then 'failed'
            when min(case when status = 'absent' then 1 else 0 end) = 1 then 'absent'
            else 'loaded'
        end as status,
        max(message) as message,
        cast(sum(rows_kept) as bigint) as kept_count,
        cast(sum(rows_set_aside) as bigint) as set_aside_count,
        min(started_at) as started_at,
        max(finished_at) as finished_at
    from {{ ref('stg_ingestion__loads') }}
    group by load_id, source
),

ranked as (
    select
        *,
        row_number() over (
            partition by source
            order by started_at desc, load_id desc
        ) as position
    from runs
),

looked_at as (
    -- an absent source was not tried
    select
        source,
        count(*) as run_count,
        count(case when status = 'failed' then 1 end) as failed_run_count
    from ranked
    where position <= {{ var('runs_looked_at') }} and status <> 'absent'
    group by source
),

successes as (
    select
        source,
        max(case when status = 'loaded' then finished_at end) as last_success_at
    from runs
    group by source
),

final as (
    select
        ranked.source,
        ranked.status as last_status,
        ranked.message as last_message,
        ranked.kept_count as last_kept_count,
        ranked.set_aside_count as last_set_aside_count,
        coalesce(quarantined_rows.quarantined_count, 0) as quarantined_count,
        coalesce(looked_at.run_count, 0) as run_count,
        {{ divide_to_hundredths(
            '100 * looked_at.failed_run_count', 'looked_at.run_count'
        ) }} as failed_run_percent,
        ranked.started_at as last_run_at,
        successes.last_success_at
    from ranked
    left join looked_at on ranked.source = looked_at.source
    left join successes on ranked.source = successes.source
    left join quarantined_rows on ranked.source = quarantined_rows.source
    where ranked.position = 1
)

select * from final
