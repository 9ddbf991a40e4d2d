with

consents as (
    select * from {{ ref('int_agreed_contacts') }}
    where purpose = 'marketing'
),

segments as (
    select
        customer_id,
        {{ join_texts('segment', ',', 'segment') }} as segments
    from {{ ref('segment_memberships') }}
    group by customer_id
),

customers as (
    select * from {{ ref('customers') }}
),

metrics as (
    select * from {{ ref('customer_metrics') }}
),

contactable as (
    select
        consents.customer_id,
        consents.email,
        consents.cellphone,
        customers.first_name,
        customers.last_name,
        customers.title,
        customers.gender,
        customers.postcode,
        customers.city,
        customers.country,
        lower(substring(customers.language, 1, 2)) as language,
        customers.home_store_id as home_store,
        segments.segments,
        metrics.favourite_store_id as favourite_store,
        metrics.favourite_channel,
        metrics.purchase_count as purchases,
        metrics.purchase_count_12_months as purchases_12_months,
        metrics.revenue,
        metrics.revenue_12_months,
        metrics.average_basket,
        customers.birth_date,
        metrics.first_purchase_date,
        metrics.last_purchase_date
    from consents
    inner join customers on consents.customer_id = customers.customer_id
    inner join metrics on consents.customer_id = metrics.customer_id
    left join segments on consents.customer_id = segments.customer_id
),

hashed as (
    select
        *,
        -- the key in every tool that knows customers by our id
        customer_id as destination_key,
        {{ payload_hash([
            'email', 'cellphone', 'first_name', 'last_name', 'title', 'gender',
            'postcode', 'city', 'country', 'language', 'home_store', 'segments',
            'favourite_store', 'favourite_channel', 'purchases',
            'purchases_12_months', 'revenue', 'revenue_12_months',
            'average_basket', 'birth_date', 'first_purchase_date',
            'last_purchase_date'
        ]) }} as payload_hash,
        true as has_consent
    from contactable
)

select * from hashed
