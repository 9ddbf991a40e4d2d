with

users as (
    select * from {{ ref('stg_zendesk__users') }}
),

records as (
    select
        'zendesk:' || zendesk_user_id as record_id,
        'zendesk' as source,
        zendesk_user_id as source_customer_id,
        cast(null as text) as title,
        nullif(split_part(full_name, ' ', 1), '') as first_name,
        nullif(
            trim(substr(full_name, length(split_part(full_name, ' ', 1)) + 1)), ''
        ) as last_name,
        cast(null as text) as birth_name,
        cast(null as text) as company_name,
        cast(null as text) as gender,
        cast(null as text) as birth_date,
        email,
        phone,
        cast(null as text) as mobile_phone,
        cast(null as text) as address_line_1,
        cast(null as text) as address_line_2,
        cast(null as text) as postcode,
        cast(null as text) as city,
        cast(null as text) as region,
        cast(null as text) as country,
        language,
        cast(null as text) as loyalty_card,
        cast(null as text) as other_identifier,
        cast(null as text) as home_store_id,
        created_at,
        updated_at
    from users
    -- agents and admins are staff; a deleted end-user stays, their tickets remain
    where user_role = 'end-user'
)

select * from records
