with

customers as (
    select * from {{ ref('canonical_customers') }}
),

countries as (
    select * from {{ ref('int_country_names') }}
),

records as (
    select
        customers.record_id,
        customers.source,
        customers.source_customer_id,
        customers.published_customer_id,
        names.title,
        names.first_name,
        names.last_name,
        names.birth_name,
        names.company_name,
        names.name_status,
        names.gender,
        coalesce(birth_dates.status, 'missing') as birth_date_status,
        case when emails.status = 'valid' then emails.email end as email,
        coalesce(emails.status, 'missing') as email_status,
        phones.phone,
        phones.status as phone_status,
        addresses.address_line_1,
        addresses.address_line_2,
        addresses.postal_box,
        addresses.postcode,
        addresses.city,
        addresses.cedex,
        coalesce(addresses.country, countries.country) as country,
        addresses.insee_code,
        coalesce(addresses.status, 'missing') as address_status,
        customers.language,
        customers.loyalty_card,
        customers.other_identifier,
        customers.home_store_id,
        {{ raw_twins('customers', [
            'title', 'first_name', 'last_name', 'birth_name', 'company_name', 'gender',
            'birth_date', 'email', 'phone', 'mobile_phone', 'address_line_1',
            'address_line_2', 'postcode', 'city', 'region', 'country'
        ]) }},
        names.is_company,
        names.is_name_swapped,
        case when birth_dates.status = 'valid' then birth_dates.birth_date end
            as birth_date,
        customers.created_at,
        customers.updated_at
    from customers
    inner join {{ ref('int_customer_names') }} as names
        on customers.record_id = names.record_id
    left join countries on customers.country = countries.raw_country
    left join {{ ref('int_birth_dates_judged') }} as birth_dates
        on
            customers.source = birth_dates.source
            and customers.birth_date = birth_dates.raw_birth_date
    left join
        {{ ref('int_emails') }} as emails
        on customers.email = emails.raw_email
    inner join {{ ref('int_customer_phones') }} as phones
        on customers.record_id = phones.record_id
    left join {{ ref('int_customer_addresses') }} as addresses
        on customers.record_id = addresses.record_id
)

select * from records
