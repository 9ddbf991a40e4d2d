with

source as (
    select * from {{ source('ingestion', 'quarantine') }}
),

renamed as (
    select
        nullif(trim(quarantine_id), '') as quarantine_id,
        nullif(trim(load_id), '') as load_id,
        nullif(trim(source), '') as source,
        nullif(trim(table_name), '') as table_name,
        file,
        nullif(trim(column_name), '') as column_name,
        rule,
        nullif(trim(reason), '') as reason,
        nullif(trim(payload), '') as payload,
        row_number,
        set_aside_at
    from source
)

select * from renamed
