with

records as (
    select * from {{ ref('int_customer_records') }}
),

summaries as (
    select
        customer_id,
        count(*) as record_count,
        count(distinct source) as source_count,
        -- a company when most of its records are; echoes have a voice if all are echoes
        case
            when min(echo_rank) = 1
                then count(case when is_company then 1 end) * 2 > count(*)
            else
                sum(case when is_company then 1 - echo_rank else 0 end) * 2
                > sum(1 - echo_rank)
        end as is_company,
        min(created_at) as first_seen_at,
        max(updated_at) as last_updated_at
    from records
    group by customer_id
)

select * from summaries
