with

quarantined_rows as (
    select * from {{ ref('stg_ingestion__quarantined_rows') }}
),

quarantine as (
    select
        quarantine_id,
        load_id,
        source,
        table_name,
        file,
        column_name,
        rule,
        reason,
        payload,
        row_number,
        set_aside_at
    from quarantined_rows
)

select * from quarantine
