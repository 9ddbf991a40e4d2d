with

source as (
    select * from {{ source('splio', 'contacts') }}
),

renamed as (
    select
        nullif(trim(id), '') as splio_contact_id,
        nullif(trim(unique_key), '') as contact_key,
        nullif(trim(email), '') as email,
        nullif(trim(cellphone), '') as mobile_phone,
        nullif(trim(firstname), '') as first_name,
        nullif(trim(lastname), '') as last_name,
        nullif(trim(language), '') as language,
        nullif(trim(custom_fields), '') as custom_fields,
        nullif(trim(orfevre_customer_id), '') as orfevre_customer_id,
        nullif(trim(lists), '') as lists,
        creation_date as created_at
    from source
)

select * from renamed
