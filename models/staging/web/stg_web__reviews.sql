with

source as (
    select * from {{ source('web', 'reviews') }}
),

renamed as (
    select
        nullif(trim(review_id), '') as web_review_id,
        nullif(trim(sku), '') as sku,
        nullif(trim(order_increment_id), '') as order_number,
        nullif(trim(author_name), '') as author_name,
        nullif(trim(author_email), '') as email,
        nullif(trim(title), '') as title,
        nullif(trim(body), '') as body,
        rating,
        is_published,
        published_at,
        updated_at
    from source
)

select * from renamed
