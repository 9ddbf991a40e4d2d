with

reviews as (
    select * from {{ ref('int_web_reviews') }}
),

records as (
    select
        record_id,
        'web' as source,
        'reviewer-' || web_review_id as source_customer_id,
        cast(null as text) as title,
        nullif(split_part(author_name, ' ', 1), '') as first_name,
        nullif(
            trim(substr(author_name, length(split_part(author_name, ' ', 1)) + 1)), ''
        ) as last_name,
        cast(null as text) as birth_name,
        cast(null as text) as company_name,
        cast(null as text) as gender,
        cast(null as text) as birth_date,
        email,
        cast(null as text) as phone,
        cast(null as text) as mobile_phone,
        cast(null as text) as address_line_1,
        cast(null as text) as address_line_2,
        cast(null as text) as postcode,
        cast(null as text) as city,
        cast(null as text) as region,
        cast(null as text) as country,
        cast(null as text) as language,
        cast(null as text) as loyalty_card,
        cast(null as text) as other_identifier,
        cast(null as text) as home_store_id,
        published_at as created_at,
        updated_at
    from reviews
    where is_new_record
)

select * from records
