{#-
    What records say, and all that each is read from as one number, which tells whether it is what it was. `customers` and
    `contact_points` are canonical_customers and canonical_contact_points, or the part of both that is wanted.
-#}
{% macro customer_contents(customers, contact_points) %}
with

-- What the customer does not say itself: a primary one is its e-mail or a phone of it. By
-- a hash of the record's id: two records on one would be read again together.
points as (
    select
        {{ hash_key('record_id') }} as record_hash,
        sum({{ row_hash(['contact_type', 'contact_value']) }}) as points_hash
    from {{ contact_points }}
    where not is_primary
    group by {{ hash_key('record_id') }}
),

told as (
    select
        customers.*,
        points.points_hash,
        birth_dates.birth_date as read_birth_date,
        birth_dates.status as read_birth_date_status,
        rules.rules_hash
    from {{ customers }} as customers
    cross join {{ ref('int_cleansing_rules') }} as rules
    left join points on {{ hash_key('customers.record_id') }} = points.record_hash
    left join {{ ref('int_birth_dates_judged') }} as birth_dates
        on
            customers.source = birth_dates.source
            and coalesce(customers.birth_date, '') = birth_dates.raw_birth_date
)

select
    *,
    {{ row_hash([
        'record_id', 'source', 'source_customer_id', 'published_customer_id',
        'title', 'first_name', 'last_name', 'birth_name', 'company_name', 'gender',
        'birth_date', 'email', 'phone', 'mobile_phone', 'address_line_1',
        'address_line_2', 'postcode', 'city', 'region', 'country', 'language',
        'loyalty_card', 'other_identifier', 'home_store_id', 'created_at',
        'updated_at', 'points_hash', 'read_birth_date', 'read_birth_date_status',
        'rules_hash'
    ]) }} as content_hash
from told
{% endmacro %}
