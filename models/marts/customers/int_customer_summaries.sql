with

records as (
    select * from {{ ref('int_customer_records') }}
),

summaries as (
    select
        customer_id,
        count(*) as record_count,
        count(distinct source) as source_count,
        -- a company when most of its records are; echoes have no voice
        sum(case when is_company then 1 - echo_rank else 0 end) * 2
        > sum(1 - echo_rank) as is_company,
        min(created_at) as first_seen_at,
        max(updated_at) as last_updated_at
    from records
    group by customer_id
)

select * from summaries
