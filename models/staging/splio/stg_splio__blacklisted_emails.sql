with

source as (
    select * from {{ source('splio', 'blacklisted_emails') }}
),

renamed as (
    select
        nullif(trim(number), '') as email,
        nullif(trim(source), '') as reason,
        creation_date as blacklisted_at
    from source
)

select * from renamed
