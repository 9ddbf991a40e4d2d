with

orders as (
    select * from {{ ref('stg_magento__orders') }}
),

customers as (
    select * from {{ ref('stg_magento__customers') }}
),

stores as (
    select * from {{ ref('stg_magento__stores') }}
),

records as (
    select
        'magento:guest-' || orders.magento_order_id as record_id,
        'magento' as source,
        'guest-' || orders.magento_order_id as source_customer_id,
        orders.title,
        coalesce(orders.first_name, orders.billing_first_name) as first_name,
        coalesce(orders.last_name, orders.billing_last_name) as last_name,
        cast(null as text) as birth_name,
        orders.billing_company_name as company_name,
        case orders.gender_code
            when 1 then 'male' when 2 then 'female'
        end as gender,
        orders.birth_date,
        orders.email,
        orders.billing_phone as phone,
        cast(null as text) as mobile_phone,
        nullif(trim(split_part(orders.billing_street, chr(10), 1)), '')
            as address_line_1,
        nullif(
            trim(
                replace(
                    substr(
                        orders.billing_street,
                        length(split_part(orders.billing_street, chr(10), 1)) + 1
                    ),
                    chr(10),
                    ' '
                )
            ),
            ''
        ) as address_line_2,
        orders.billing_postcode as postcode,
        orders.billing_city as city,
        cast(null as text) as region,
        orders.billing_country as country,
        cast(null as text) as language,
        cast(null as text) as loyalty_card,
        cast(null as text) as other_identifier,
        'web_' || stores.store_code as home_store_id,
        orders.ordered_at as created_at,
        orders.updated_at
    from orders
    left join customers
        on orders.magento_customer_id = customers.magento_customer_id
    left join stores on orders.store_view_id = stores.store_view_id
    -- an order whose account was deleted or set aside still names somebody: that
    -- order is kept as a guest's
    where customers.magento_customer_id is null
)

select * from records
