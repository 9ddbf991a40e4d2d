with

customers as (
    select * from {{ ref('stg_magento__customers') }}
),

mapped as (
    select
        'magento:newsletter-' || magento_customer_id as consent_id,
        'magento' as source,
        'magento:' || magento_customer_id as record_id,
        'email' as contact_type,
        email as contact_value,
        'email' as channel,
        'marketing' as purpose,
        cast(null as text) as brand,
        'newsletter subscription' as evidence,
        is_subscribed as is_granted,
        updated_at as collected_at
    from customers
    -- an account that says nothing of the newsletter has neither agreed nor refused
    where is_subscribed is not null
)

select * from mapped
