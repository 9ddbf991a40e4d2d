with

source as (
    select * from {{ source('retail_pro', 'dcs') }}
),

renamed as (
    select
        cast(sid as text) as retail_pro_department_id,
        nullif(trim(d_long_name), '') as department_name
    from source
)

select * from renamed
