with

positions as (
    select * from {{ ref('int_record_positions') }}
),

records as (
    select * from {{ ref('customer_records') }}
),

joined as (
    select
        positions.customer_id,
        positions.record_id,
        records.source,
        -- the web shop an account was opened in is nobody's store
        case when records.home_store_id not like 'web_%' then records.home_store_id end
            as home_store_id,
        records.title,
        records.first_name,
        records.last_name,
        records.birth_name,
        records.company_name,
        records.gender,
        records.email,
        records.phone,
        records.address_line_1,
        records.address_line_2,
        records.postal_box,
        records.postcode,
        records.city,
        records.cedex,
        records.country,
        records.insee_code,
        records.language,
        records.loyalty_card,
        records.other_identifier,
        positions.echo_rank,
        positions.recency_position,
        positions.source_position,
        records.is_company,
        records.birth_date,
        records.created_at,
        records.updated_at
    from positions
    inner join records on positions.record_id = records.record_id
)

select * from joined
