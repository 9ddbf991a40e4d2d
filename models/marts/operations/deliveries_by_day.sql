with

deliveries as (
    select * from {{ ref('deliveries') }}
),

by_day as (
    select
        sync_name,
        change_type,
        cast(started_at as date) as delivery_date,
        count(*) as attempt_count,
        sum(case when status in ('failed', 'lost') then 1 else 0 end)
            as failed_attempt_count,
        cast(sum(request_count) as bigint) as request_count,
        cast(sum(accepted_count) as bigint) as accepted_count,
        cast(sum(rejected_count) as bigint) as rejected_count,
        cast(avg(latency_ms) as integer) as average_latency_ms,
        max(latency_ms) as longest_latency_ms,
        cast(sum(cost_amount) as decimal(18, 4)) as cost_amount
    from deliveries
    group by sync_name, change_type, cast(started_at as date)
),

final as (
    select
        sync_name,
        change_type,
        attempt_count,
        cast(failed_attempt_count as bigint) as failed_attempt_count,
        {{ divide_to_hundredths('100 * failed_attempt_count', 'attempt_count') }}
            as failed_attempt_percent,
        request_count,
        accepted_count,
        rejected_count,
        {{ divide_to_hundredths(
            '100 * rejected_count', '(accepted_count + rejected_count)'
        ) }} as rejected_percent,
        average_latency_ms,
        longest_latency_ms,
        cost_amount,
        delivery_date
    from by_day
)

select * from final
