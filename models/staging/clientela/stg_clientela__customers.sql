with

source as (
    select * from {{ source('clientela', 'customers') }}
),

renamed as (
    select
        nullif(trim(card_id), '') as clientela_card_id,
        nullif(trim(external_id), '') as external_customer_id,
        nullif(trim(home_store_code), '') as home_store_id,
        nullif(trim(advisor_id), '') as advisor_id,
        nullif(trim(title), '') as title,
        nullif(trim(first_name), '') as first_name,
        nullif(trim(last_name), '') as last_name,
        nullif(trim(birth_date), '') as birth_date,
        nullif(trim(gender), '') as gender,
        nullif(trim(email), '') as email,
        nullif(trim(phone), '') as phone,
        nullif(trim(address_line_1), '') as address_line_1,
        nullif(trim(address_line_2), '') as address_line_2,
        nullif(trim(postcode), '') as postcode,
        nullif(trim(city), '') as city,
        nullif(trim(country), '') as country,
        nullif(trim(language), '') as language,
        nullif(trim(loyalty_card), '') as loyalty_card,
        nullif(trim(updated_by), '') as updated_by,
        version as card_version,
        created_at,
        updated_at
    from source
)

select * from renamed
