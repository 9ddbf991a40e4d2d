with

pairs as (
    select * from {{ ref('int_review_pairs') }}
),

records as (
    select * from {{ ref('customer_records') }}
),

worths as (
    select
        customers.customer_id,
        customers.record_count,
        greatest(metrics.revenue, 0) as revenue
    from {{ ref('customers') }} as customers
    inner join {{ ref('customer_metrics') }} as metrics
        on customers.customer_id = metrics.customer_id
),

weighed as (
    select
        pairs.*,
        near.record_count + far.record_count as record_count,
        near.revenue + far.revenue as revenue,
        row_number() over (
            order by
                -- What is in the wrong hands if they are one person, by how likely.
                pairs.chance * (near.revenue + far.revenue) desc,
                pairs.chance * (near.record_count + far.record_count) desc,
                pairs.left_record_id asc,
                pairs.right_record_id asc
        ) as place
    from pairs
    inner join worths as near on pairs.left_customer_id = near.customer_id
    inner join worths as far on pairs.right_customer_id = far.customer_id
)

select
    weighed.left_record_id,
    weighed.right_record_id,
    weighed.left_customer_id,
    weighed.right_customer_id,
    weighed.reason,
    coalesce(near.company_name, near.first_name) as left_first_name,
    coalesce(far.company_name, far.first_name) as right_first_name,
    near.last_name as left_last_name,
    far.last_name as right_last_name,
    near.email as left_email,
    far.email as right_email,
    near.phone as left_phone,
    far.phone as right_phone,
    near.address_line_1 as left_address_line_1,
    far.address_line_1 as right_address_line_1,
    near.postcode as left_postcode,
    far.postcode as right_postcode,
    near.city as left_city,
    far.city as right_city,
    weighed.place,
    weighed.score,
    weighed.chance,
    cast(weighed.record_count as bigint) as record_count,
    cast(weighed.revenue as decimal(18, 2)) as revenue,
    near.birth_date as left_birth_date,
    far.birth_date as right_birth_date
from weighed
inner join records as near on weighed.left_record_id = near.record_id
inner join records as far on weighed.right_record_id = far.record_id
