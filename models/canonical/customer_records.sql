with

-- its names, its phone, and its address stand in one row with what it said
customers as (
    select * from {{ ref('int_customer_addresses') }}
),

-- the run that noted them, were they read by a later one
notes as (
    select max(noted_at) as noted_at from {{ ref('int_unread_records') }}
),

records as (
    select
        customers.record_id,
        customers.source,
        customers.source_customer_id,
        customers.published_customer_id,
        customers.title,
        customers.first_name,
        customers.last_name,
        customers.birth_name,
        customers.company_name,
        customers.name_status,
        customers.gender,
        case
            when customers.raw_birth_date is null then 'missing'
            else customers.read_birth_date_status
        end as birth_date_status,
        case when emails.status = 'valid' then emails.email end as email,
        case when emails.status = 'reserved' then emails.email end as reserved_email,
        case when customers.raw_email is null then 'missing' else emails.status end
            as email_status,
        customers.phone,
        customers.phone_status,
        customers.address_line_1,
        customers.address_line_2,
        customers.postal_box,
        customers.postcode,
        customers.city,
        customers.cedex,
        customers.country,
        customers.insee_code,
        customers.address_status,
        customers.language,
        customers.loyalty_card,
        customers.other_identifier,
        customers.home_store_id,
        customers.raw_birth_date,
        customers.raw_phone,
        customers.raw_mobile_phone,
        customers.is_company,
        customers.is_name_swapped,
        case
            when customers.read_birth_date_status = 'valid'
                then customers.read_birth_date
        end as birth_date,
        customers.created_at,
        customers.updated_at,
        customers.content_hash,
        notes.noted_at as changed_at
    from customers
    cross join notes
    left join {{ ref('int_emails') }} as emails
        on coalesce(customers.raw_email, '') = emails.raw_email
)

select * from records
