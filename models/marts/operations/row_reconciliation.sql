with

outcomes as (
    select * from {{ ref('int_outcomes_customers') }}
    union all
    select * from {{ ref('int_outcomes_orders') }}
    union all
    select * from {{ ref('int_outcomes_commerce') }}
    union all
    select * from {{ ref('int_outcomes_engagement') }}
),

quarantined_rows as (
    select * from {{ ref('stg_ingestion__quarantined_rows') }}
),

reconciled as (
    select
        source,
        table_name,
        outcome,
        row_count
    from outcomes
    union all
    -- rows that never reached a raw table
    select
        source,
        table_name,
        'quarantine' as outcome,
        count(*) as row_count
    from quarantined_rows
    group by source, table_name
)

select * from reconciled
