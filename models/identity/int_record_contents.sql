{{ config(materialized='view') }}
-- Cleansing has read a record anew when it or its contact points say something new.
with

records as (
    select
        record_id,
        source,
        first_name,
        last_name,
        birth_name,
        company_name,
        gender,
        birth_date_status,
        raw_birth_date,
        coalesce(email, reserved_email) as email,
        coalesce(phone, case
            when phone_status = 'not_in_plan'
                then right({{ replace_pattern(
                    drop_extension('coalesce(raw_phone, raw_mobile_phone)'), '[^0-9]', ''
                ) }}, 9)
        end) as phone,
        other_identifier,
        loyalty_card,
        address_line_1,
        postcode,
        city,
        is_company,
        birth_date,
        {{ row_hash(['content_hash', 'changed_at']) }} as reading_hash
    from {{ ref('customer_records') }}
    -- What we published ourselves would prove whatever we believed then.
    where published_customer_id is null
),

told as (
    select
        records.*,
        rules.rules_hash
    from records
    cross join {{ ref('int_identity_rules') }} as rules
)

select
    *,
    {{ row_hash(['reading_hash', 'rules_hash']) }} as content_hash
from told
