with

source as (
    select * from {{ source('magento', 'customer_addresses') }}
),

renamed as (
    select
        cast(id as text) as magento_address_id,
        cast(customer_id as text) as magento_customer_id,
        nullif(trim(firstname), '') as first_name,
        nullif(trim(lastname), '') as last_name,
        nullif(trim(company), '') as company_name,
        nullif(trim(street), '') as street,
        nullif(trim(postcode), '') as postcode,
        nullif(trim(city), '') as city,
        nullif(trim(country_id), '') as country,
        nullif(trim(telephone), '') as phone,
        default_billing as is_default_billing,
        default_shipping as is_default_shipping
    from source
)

select * from renamed
