with

customers as (
    select * from {{ ref('stg_magento__customers') }}
),

addresses as (
    select * from {{ ref('stg_magento__customer_addresses') }}
),

stores as (
    select * from {{ ref('stg_magento__stores') }}
),

ranked_addresses as (
    select
        *,
        row_number() over (
            partition by magento_customer_id
            order by
                case
                    when is_default_billing then 1
                    when is_default_shipping then 2
                    else 3
                end,
                magento_address_id
        ) as address_rank
    from addresses
),

records as (
    select
        'magento:' || customers.magento_customer_id as record_id,
        'magento' as source,
        customers.magento_customer_id as source_customer_id,
        customers.title,
        customers.first_name,
        customers.last_name,
        cast(null as text) as birth_name,
        ranked_addresses.company_name,
        -- 3 is "not said": nobody's gender
        case customers.gender_code
            when 1 then 'male' when 2 then 'female'
        end as gender,
        customers.birth_date,
        customers.email,
        ranked_addresses.phone,
        cast(null as text) as mobile_phone,
        nullif(trim(split_part(ranked_addresses.street, chr(10), 1)), '')
            as address_line_1,
        nullif(trim(replace(substr(
            ranked_addresses.street,
            length(split_part(ranked_addresses.street, chr(10), 1)) + 1
        ), chr(10), ' ')), '') as address_line_2,
        ranked_addresses.postcode,
        ranked_addresses.city,
        cast(null as text) as region,
        ranked_addresses.country,
        cast(null as text) as language,
        customers.loyalty_card,
        cast(null as text) as other_identifier,
        'web_' || stores.store_code as home_store_id,
        customers.created_at,
        customers.updated_at
    from customers
    left join ranked_addresses
        on
            customers.magento_customer_id = ranked_addresses.magento_customer_id
            and ranked_addresses.address_rank = 1
    left join stores on customers.store_view_id = stores.store_view_id
)

select * from records
