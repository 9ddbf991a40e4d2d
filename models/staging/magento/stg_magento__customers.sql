with

source as (
    select * from {{ source('magento', 'customers') }}
),

renamed as (
    select
        cast(id as text) as magento_customer_id,
        nullif(trim(default_billing), '') as default_billing_address_id,
        nullif(trim(default_shipping), '') as default_shipping_address_id,
        cast(group_id as text) as customer_group_id,
        cast(store_id as text) as store_view_id,
        cast(website_id as text) as website_id,
        nullif(trim(email), '') as email,
        nullif(trim(firstname), '') as first_name,
        nullif(trim(lastname), '') as last_name,
        nullif(trim(middlename), '') as middle_name,
        nullif(trim(prefix), '') as title,
        nullif(trim(suffix), '') as suffix,
        nullif(trim(dob), '') as birth_date,
        nullif(trim(taxvat), '') as vat_number,
        nullif(trim(created_in), '') as store_view_name,
        nullif(trim(loyalty_card), '') as loyalty_card,
        gender as gender_code,
        extension_attributes__is_subscribed as is_subscribed,
        created_at,
        updated_at
    from source
)

select * from renamed
