-- All that a record is read from, as one number.
with

customers as (
    select
        record_id,
        source,
        coalesce(birth_date, '') as raw_birth_date,
        {{ row_hash([
            'record_id', 'source', 'source_customer_id', 'published_customer_id',
            'title', 'first_name', 'last_name', 'birth_name', 'company_name',
            'gender', 'birth_date', 'email', 'phone', 'mobile_phone',
            'address_line_1', 'address_line_2', 'postcode', 'city', 'region',
            'country', 'language', 'loyalty_card', 'other_identifier',
            'home_store_id', 'created_at', 'updated_at'
        ]) }} as said_hash
    from {{ ref('canonical_customers') }}
),

-- by a hash of the record's id: two records on one would be read again together
points as (
    select
        {{ hash_key('record_id') }} as record_hash,
        sum({{ row_hash(['contact_type', 'contact_value', 'is_primary']) }})
            as points_hash
    from {{ ref('canonical_contact_points') }}
    group by {{ hash_key('record_id') }}
),

told as (
    select
        customers.record_id,
        customers.said_hash,
        points.points_hash,
        birth_dates.birth_date,
        birth_dates.status,
        rules.rules_hash
    from customers
    cross join {{ ref('int_cleansing_rules') }} as rules
    left join points on {{ hash_key('customers.record_id') }} = points.record_hash
    left join {{ ref('int_birth_dates_judged') }} as birth_dates
        on
            customers.source = birth_dates.source
            and customers.raw_birth_date = birth_dates.raw_birth_date
)

select
    record_id,
    {{ row_hash(['said_hash', 'points_hash', 'birth_date', 'status', 'rules_hash']) }}
        as content_hash
from told
