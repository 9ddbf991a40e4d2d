with

survivors as (
    select * from {{ ref('customer_provenance') }}
),

records as (
    select * from {{ ref('int_customer_records') }}
),

summaries as (
    select * from {{ ref('int_customer_summaries') }}
),

fields as (
    select
        customer_id,
        {{ pivot_fields([
            'title', 'first_name', 'last_name', 'birth_name', 'company_name', 'gender',
            'birth_date', 'email', 'phone', 'language', 'loyalty_card',
            'other_identifier', 'home_store_id'
        ]) }}
    from survivors
    group by customer_id
),

addresses as (
    select records.*
    from survivors
    inner join records on survivors.record_id = records.record_id
    where survivors.field = 'address'
),

golden as (
    select
        summaries.customer_id,
        fields.home_store_id,
        fields.title,
        fields.first_name,
        fields.last_name,
        fields.birth_name,
        fields.company_name,
        fields.gender,
        fields.email,
        fields.phone,
        addresses.address_line_1,
        addresses.address_line_2,
        addresses.postal_box,
        addresses.postcode,
        addresses.city,
        addresses.cedex,
        addresses.country,
        addresses.insee_code,
        fields.language,
        fields.loyalty_card,
        fields.other_identifier,
        summaries.record_count,
        summaries.source_count,
        summaries.is_company,
        cast(fields.birth_date as date) as birth_date,
        summaries.first_seen_at,
        summaries.last_updated_at
    from summaries
    left join fields on summaries.customer_id = fields.customer_id
    left join addresses on summaries.customer_id = addresses.customer_id
)

select * from golden
