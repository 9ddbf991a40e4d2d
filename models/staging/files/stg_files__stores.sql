with

source as (
    select * from {{ source('files', 'stores') }}
),

renamed as (
    select
        nullif(trim(store_id), '') as store_id,
        nullif(trim(source), '') as source,
        nullif(trim(name), '') as store_name,
        nullif(trim(store_type), '') as store_type,
        nullif(trim(address_line_1), '') as address_line_1,
        nullif(trim(postcode), '') as postcode,
        nullif(trim(city), '') as city,
        nullif(trim(country), '') as country,
        nullif(trim(phone), '') as phone,
        nullif(trim(email), '') as email,
        nullif(trim(_feed), '') as feed_name,
        nullif(trim(_file), '') as file_name,
        _row_number as file_row_number,
        is_active
    from source
)

select * from renamed
