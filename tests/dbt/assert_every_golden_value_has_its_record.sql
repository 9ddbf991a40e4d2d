{%- set fields = [
    'title', 'first_name', 'last_name', 'birth_name', 'company_name', 'gender',
    'birth_date', 'email', 'phone', 'address', 'language', 'loyalty_card',
    'other_identifier', 'home_store_id'
] -%}
{%- set address -%}
    nullif(
        coalesce(address_line_1, '') || '|' || coalesce(address_line_2, '') || '|'
        || coalesce(postal_box, '') || '|' || coalesce(postcode, '') || '|'
        || coalesce(city, '') || '|' || coalesce(cedex, '') || '|'
        || coalesce(country, '') || '|' || coalesce(insee_code, ''),
        '|||||||'
    ) as address
{%- endset -%}
-- Every field of the golden table that is filled has one provenance and the other way
-- round; the record it names is this customer's and says that very value, an address
-- in all its columns.
with

customers as (
    select
        *,
        {{ address }}
    from {{ ref('customers') }}
),

golden as (
    {{ unpivot_fields('customers', ['customer_id'], fields) }}
),

records as (
    select
        *,
        {{ address }}
    from {{ ref('customer_records') }}
),

said as (
    {{ unpivot_fields('records', ['record_id'], fields) }}
),

provenance as (
    select * from {{ ref('customer_provenance') }}
),

identities as (
    select * from {{ ref('customer_identities') }}
)

select
    coalesce(golden.customer_id, provenance.customer_id) as customer_id,
    coalesce(golden.field, provenance.field) as field
from golden
full outer join provenance
    on golden.customer_id = provenance.customer_id and golden.field = provenance.field
left join identities
    on
        provenance.record_id = identities.record_id
        and provenance.customer_id = identities.customer_id
left join said
    on provenance.record_id = said.record_id and provenance.field = said.field
where
    identities.record_id is null
    or coalesce(golden.value <> said.value, true)
    -- an address is told in one line there
    or (golden.field <> 'address' and golden.value <> provenance.value)
