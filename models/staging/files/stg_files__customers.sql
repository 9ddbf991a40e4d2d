with

source as (
    select * from {{ source('files', 'customers') }}
),

renamed as (
    select
        nullif(trim(source_customer_id), '') as source_customer_id,
        nullif(trim(home_store_id), '') as home_store_id,
        nullif(trim(source), '') as source,
        nullif(trim(title), '') as title,
        nullif(trim(first_name), '') as first_name,
        nullif(trim(last_name), '') as last_name,
        nullif(trim(birth_name), '') as birth_name,
        nullif(trim(company_name), '') as company_name,
        nullif(trim(gender), '') as gender,
        nullif(trim(birth_date), '') as birth_date,
        nullif(trim(email), '') as email,
        nullif(trim(phone), '') as phone,
        nullif(trim(mobile_phone), '') as mobile_phone,
        nullif(trim(address_line_1), '') as address_line_1,
        nullif(trim(address_line_2), '') as address_line_2,
        nullif(trim(postcode), '') as postcode,
        nullif(trim(city), '') as city,
        nullif(trim(region), '') as region,
        nullif(trim(country), '') as country,
        nullif(trim(language), '') as language,
        nullif(trim(loyalty_card), '') as loyalty_card,
        nullif(trim(other_identifier), '') as other_identifier,
        nullif(trim(_feed), '') as feed_name,
        nullif(trim(_file), '') as file_name,
        _row_number as file_row_number,
        created_at,
        updated_at
    from source
)

select * from renamed
