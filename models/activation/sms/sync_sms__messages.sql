with

campaigns as (
    select * from {{ ref('sms_campaigns') }}
    where
        {{ var('are_sms_campaigns_on') }}
        and {{ as_of_date() }} between first_day and last_day
),

members as (
    select * from {{ ref('segment_memberships') }}
),

customers as (
    select
        customer_id,
        cellphone
    from {{ ref('int_contactable_customers') }}
    where cellphone is not null
),

messages as (
    select
        campaigns.campaign || ':' || {{ sha256('customers.cellphone') }}
            as destination_key,
        customers.customer_id,
        customers.cellphone as phone,
        campaigns.message,
        row_number() over (
            partition by campaigns.campaign, customers.cellphone
            order by customers.customer_id
        ) as position
    from campaigns
    inner join members on campaigns.segment = members.segment
    inner join customers on members.customer_id = customers.customer_id
),

hashed as (
    -- two people who share a phone get one message, and no second one when the first
    -- of them leaves or is merged: the key is the phone's
    select
        destination_key,
        customer_id,
        {{ payload_hash(['phone', 'message']) }} as payload_hash,
        true as has_consent,
        phone,
        message
    from messages
    where position = 1
)

select * from hashed
