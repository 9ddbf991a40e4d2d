with

reviews as (
    select * from {{ ref('int_web_reviews') }}
),

mapped as (
    select
        'web:review-' || web_review_id as event_id,
        'web' as source,
        record_id,
        email,
        cast(null as text) as phone,
        'review' as event_type,
        'web' as channel,
        cast(null as text) as campaign,
        sku as product_id,
        cast(null as text) as store_id,
        title as subject,
        rating as event_value,
        published_at as occurred_at
    from reviews
)

select * from mapped
