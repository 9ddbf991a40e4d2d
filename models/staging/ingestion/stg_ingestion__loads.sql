with

source as (
    select * from {{ source('ingestion', 'loads') }}
),

renamed as (
    select
        nullif(trim(load_id), '') as load_id,
        nullif(trim(source), '') as source,
        nullif(trim(table_name), '') as table_name,
        nullif(trim(status), '') as status,
        nullif(trim(message), '') as message,
        rows_read,
        rows_kept,
        rows_set_aside,
        coalesce(rows_unchanged, 0) as rows_unchanged,
        started_at,
        finished_at
    from source
)

select * from renamed
