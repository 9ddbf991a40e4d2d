with

customers as (
    select * from {{ ref('canonical_customers') }}
),

retail_pro_emails as (
    select * from {{ ref('stg_retail_pro__customer_emails') }}
),

retail_pro_phones as (
    select * from {{ ref('stg_retail_pro__customer_phones') }}
),

magento_addresses as (
    select * from {{ ref('stg_magento__customer_addresses') }}
),

contact_points as (
    -- a new source is a line here, if it has more than its customers' own contacts
    select
        record_id,
        'email' as contact_type,
        email as contact_value,
        1 as is_first
    from customers
    union all
    select
        record_id,
        'phone' as contact_type,
        phone as contact_value,
        1 as is_first
    from customers
    union all
    select
        record_id,
        'phone' as contact_type,
        mobile_phone as contact_value,
        -- the mobile phone comes first only where no other was given
        case when phone is null then 1 else 0 end as is_first
    from customers
    union all
    select
        'retail_pro:' || retail_pro_customer_id as record_id,
        'email' as contact_type,
        email as contact_value,
        0 as is_first
    from retail_pro_emails
    union all
    select
        'retail_pro:' || retail_pro_customer_id as record_id,
        'phone' as contact_type,
        phone as contact_value,
        0 as is_first
    from retail_pro_phones
    union all
    select
        'magento:' || magento_customer_id as record_id,
        'phone' as contact_type,
        phone as contact_value,
        0 as is_first
    from magento_addresses
)

select * from contact_points
