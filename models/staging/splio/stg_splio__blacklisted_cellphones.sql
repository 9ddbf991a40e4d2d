with

source as (
    select * from {{ source('splio', 'blacklisted_cellphones') }}
),

renamed as (
    select
        nullif(trim(number), '') as phone,
        nullif(trim(source), '') as reason,
        creation_date as blacklisted_at
    from source
)

select * from renamed
