with

customers as (
    select * from {{ ref('stg_retail_pro__customers') }}
),

-- one box at the till stands for every channel
channels as (
    select
        'email' as channel,
        'email' as contact_type
    union all
    select
        'sms' as channel,
        'phone' as contact_type
    union all
    select
        'phone' as channel,
        'phone' as contact_type
    union all
    select
        'postal' as channel,
        'postal' as contact_type
),

mapped as (
    select
        'retail_pro:' || customers.retail_pro_customer_id || '-' || channels.channel
            as consent_id,
        'retail_pro' as source,
        'retail_pro:' || customers.retail_pro_customer_id as record_id,
        channels.contact_type,
        -- the box names no e-mail and no number: it is about all those of the file
        cast(null as text) as contact_value,
        channels.channel,
        'marketing' as purpose,
        cast(null as text) as brand,
        'marketing box at the till' as evidence,
        customers.marketing_code = 1 as is_granted,
        customers.updated_at as collected_at
    from customers
    cross join channels
    -- absent: never asked, which is neither yes nor no
    where customers.marketing_code is not null
)

select * from mapped
