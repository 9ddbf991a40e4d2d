with

source as (
    select * from {{ source('magento', 'orders') }}
),

renamed as (
    select
        cast(entity_id as text) as magento_order_id,
        cast(customer_id as text) as magento_customer_id,
        cast(store_id as text) as store_view_id,
        cast(quote_id as text) as magento_cart_id,
        nullif(trim(increment_id), '') as order_number,
        nullif(trim(state), '') as state,
        nullif(trim(status), '') as status,
        nullif(trim(customer_email), '') as email,
        nullif(trim(customer_firstname), '') as first_name,
        nullif(trim(customer_lastname), '') as last_name,
        nullif(trim(customer_prefix), '') as title,
        nullif(trim(customer_dob), '') as birth_date,
        nullif(trim(order_currency_code), '') as currency,
        nullif(trim(coupon_code), '') as coupon_code,
        nullif(trim(billing_address__firstname), '') as billing_first_name,
        nullif(trim(billing_address__lastname), '') as billing_last_name,
        nullif(trim(billing_address__company), '') as billing_company_name,
        nullif(trim(billing_address__street), '') as billing_street,
        nullif(trim(billing_address__postcode), '') as billing_postcode,
        nullif(trim(billing_address__city), '') as billing_city,
        nullif(trim(billing_address__country_id), '') as billing_country,
        nullif(trim(billing_address__telephone), '') as billing_phone,
        nullif(trim(payment__method), '') as payment_method,
        customer_is_guest as guest_code,
        customer_gender as gender_code,
        cast(round(grand_total, 2) as decimal(18, 2)) as total_amount,
        cast(round(subtotal_incl_tax, 2) as decimal(18, 2)) as subtotal_amount,
        cast(round(discount_amount, 2) as decimal(18, 2)) as discount_amount,
        cast(round(shipping_incl_tax, 2) as decimal(18, 2)) as shipping_amount,
        cast(round(tax_amount, 2) as decimal(18, 2)) as tax_amount,
        cast(round(total_refunded, 2) as decimal(18, 2)) as refunded_amount,
        created_at as ordered_at,
        updated_at
    from source
)

select * from renamed
