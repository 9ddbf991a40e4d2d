with

loads as (
    select * from {{ ref('stg_ingestion__loads') }}
),

reconciled as (
    select
        load_id,
        source,
        table_name,
        status,
        message,
        rows_read,
        rows_kept,
        rows_set_aside,
        rows_unchanged,
        rows_read = rows_kept + rows_set_aside as is_reconciled,
        started_at,
        finished_at
    from loads
)

select * from reconciled
