with

customers as (
    select * from {{ ref('stg_retail_pro__customers') }}
),

stores as (
    select * from {{ ref('stg_retail_pro__stores') }}
),

addresses as (
    select * from {{ ref('int_retail_pro_addresses') }}
),

emails as (
    select * from {{ ref('int_retail_pro_emails') }}
    where email_rank = 1
),

phones as (
    select * from {{ ref('int_retail_pro_phones') }}
),

records as (
    select
        'retail_pro:' || customers.retail_pro_customer_id as record_id,
        'retail_pro' as source,
        customers.retail_pro_customer_id as source_customer_id,
        customers.title,
        customers.first_name,
        customers.last_name,
        customers.birth_name,
        customers.company_name,
        cast(null as text) as gender,
        case
            when customers.birth_date like '__/__/____'
                then
                    substr(customers.birth_date, 7, 4)
                    || '-' || substr(customers.birth_date, 4, 2)
                    || '-' || substr(customers.birth_date, 1, 2)
            else customers.birth_date
        end as birth_date,
        emails.email,
        phones.phone,
        other_phones.phone as mobile_phone,
        addresses.address_line_1,
        addresses.address_line_2,
        addresses.postcode,
        addresses.city,
        cast(null as text) as region,
        addresses.country,
        cast(null as text) as language,
        customers.loyalty_card,
        cast(null as text) as other_identifier,
        stores.store_code as home_store_id,
        customers.created_at,
        customers.updated_at
    from customers
    -- closed files are kept: what was bought under them was bought
    left join stores on customers.retail_pro_store_id = stores.retail_pro_store_id
    left join addresses
        on customers.retail_pro_customer_id = addresses.retail_pro_customer_id
    left join emails
        on customers.retail_pro_customer_id = emails.retail_pro_customer_id
    left join phones
        on
            customers.retail_pro_customer_id = phones.retail_pro_customer_id
            and phones.phone_rank = 1
    left join phones as other_phones
        on
            customers.retail_pro_customer_id = other_phones.retail_pro_customer_id
            and other_phones.phone_rank = 2
)

select * from records
