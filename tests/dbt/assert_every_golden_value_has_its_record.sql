-- The golden e-mail and phone are values of the record that the provenance names, and
-- every field that is filled has exactly one provenance.
with

customers as (
    select
        customer_id,
        email,
        phone
    from {{ ref('customers') }}
),

provenance as (
    select
        customer_id,
        record_id,
        field
    from {{ ref('customer_provenance') }}
    where field in ('email', 'phone')
),

records as (
    select
        record_id,
        email,
        phone
    from {{ ref('customer_records') }}
),

golden as (
    select
        customer_id,
        'email' as field,
        email as value
    from customers
    union all
    select
        customer_id,
        'phone' as field,
        phone as value
    from customers
)

select
    golden.customer_id,
    golden.field
from golden
left join provenance
    on golden.customer_id = provenance.customer_id and golden.field = provenance.field
left join records on provenance.record_id = records.record_id
where
    golden.value is not null
    and golden.value <> coalesce(
        case golden.field when 'email' then records.email else records.phone end, ''
    )
