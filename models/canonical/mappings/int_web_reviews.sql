with

reviews as (
    select * from {{ ref('stg_web__reviews') }}
),

orders as (
    select * from {{ ref('int_magento_orders') }}
),

-- a number that two store views gave to two orders names neither
order_numbers as (
    select
        order_number,
        min(record_id) as record_id
    from orders
    group by order_number
    having count(*) = 1
),

attributed as (
    select
        reviews.*,
        order_numbers.record_id is null and reviews.email is not null as is_new_record,
        -- a name alone is nobody: without order and e-mail the review stays anonymous
        case
            when order_numbers.record_id is not null then order_numbers.record_id
            when reviews.email is not null
                then 'web:reviewer-' || reviews.web_review_id
        end as record_id
    from reviews
    left join order_numbers on reviews.order_number = order_numbers.order_number
)

select * from attributed
