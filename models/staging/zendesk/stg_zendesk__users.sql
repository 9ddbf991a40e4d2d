with

source as (
    select * from {{ source('zendesk', 'users') }}
),

renamed as (
    select
        cast(id as text) as zendesk_user_id,
        nullif(trim(external_id), '') as external_customer_id,
        nullif(trim(name), '') as full_name,
        nullif(trim(email), '') as email,
        nullif(trim(phone), '') as phone,
        nullif(trim(role), '') as user_role,
        nullif(trim(locale), '') as language,
        active as is_active,
        suspended as is_suspended,
        created_at,
        updated_at
    from source
)

select * from renamed
