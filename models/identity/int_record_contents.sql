{{ config(materialized='view') }}
with

-- By a hash of the record's id: two records on one would be read again together.
points as (
    select
        {{ hash_key('record_id') }} as record_hash,
        sum({{ row_hash(['contact_type', 'contact_key', 'status']) }}) as points_hash
    from {{ ref('contact_points') }}
    group by {{ hash_key('record_id') }}
),

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
        email,
        coalesce(phone, case
            when phone_status = 'not_in_plan'
                then {{ replace_pattern(
                    'coalesce(raw_phone, raw_mobile_phone)', '[^0-9]', ''
                ) }}
        end) as phone,
        other_identifier,
        loyalty_card,
        address_line_1,
        postcode,
        city,
        is_company,
        birth_date
    from {{ ref('customer_records') }}
    -- What we published ourselves would prove whatever we believed then.
    where published_customer_id is null
),

told as (
    select
        records.*,
        points.points_hash,
        rules.rules_hash
    from records
    cross join {{ ref('int_identity_rules') }} as rules
    left join points on {{ hash_key('records.record_id') }} = points.record_hash
)

select
    *,
    {{ row_hash([
        'source', 'first_name', 'last_name', 'birth_name', 'company_name', 'gender',
        'birth_date_status', 'raw_birth_date', 'email', 'phone', 'other_identifier',
        'loyalty_card', 'address_line_1', 'postcode', 'city', 'is_company',
        'birth_date', 'points_hash', 'rules_hash'
    ]) }} as content_hash
from told
