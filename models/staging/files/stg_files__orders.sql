with

source as (
    select * from {{ source('files', 'orders') }}
),

renamed as (
    select
        nullif(trim(source_order_id), '') as source_order_id,
        nullif(trim(source_customer_id), '') as source_customer_id,
        nullif(trim(store_id), '') as store_id,
        nullif(trim(source), '') as source,
        nullif(trim(order_number), '') as order_number,
        nullif(trim(customer_source), '') as customer_source,
        nullif(trim(customer_email), '') as email,
        nullif(trim(channel), '') as channel,
        nullif(trim(status), '') as status,
        nullif(trim(currency), '') as currency,
        nullif(trim(coupon_code), '') as coupon_code,
        nullif(trim(loyalty_card), '') as loyalty_card,
        nullif(trim(_feed), '') as feed_name,
        nullif(trim(_file), '') as file_name,
        cast(round(shipping_amount, 2) as decimal(18, 2)) as shipping_amount,
        cast(round(total_amount, 2) as decimal(18, 2)) as total_amount,
        _row_number as file_row_number,
        is_return,
        ordered_at,
        updated_at
    from source
)

select * from renamed
