with

points as (
    select * from {{ ref('contact_points') }}
),

records as (
    select * from {{ ref('int_customer_records') }}
),

customers as (
    select * from {{ ref('customers') }}
),

distinct_points as (
    select
        records.customer_id,
        points.contact_type,
        -- what could not be cleaned stays as written, with the reason as its status
        coalesce(points.contact_value, points.raw_value) as contact_value,
        min(points.contact_key) as contact_key,
        min(points.status) as lowest_status,
        min(points.phone_type) as phone_type,
        max(case when points.status = 'valid' then 1 else 0 end) = 1 as is_valid,
        count(distinct points.record_id) as record_count,
        min(records.created_at) as first_seen_at,
        max(records.updated_at) as last_seen_at
    from points
    inner join records on points.record_id = records.record_id
    where coalesce(points.contact_value, points.raw_value) is not null
    group by
        records.customer_id,
        points.contact_type,
        coalesce(points.contact_value, points.raw_value)
),

-- one e-mail in two spellings still has one holder
holders as (
    select
        contact_type,
        coalesce(contact_key, contact_value) as contact_key,
        count(distinct customer_id) as customer_count
    from distinct_points
    group by contact_type, coalesce(contact_key, contact_value)
),

described as (
    select
        distinct_points.customer_id,
        distinct_points.contact_type,
        distinct_points.contact_value,
        distinct_points.contact_key,
        case
            when distinct_points.is_valid then 'valid'
            else distinct_points.lowest_status
        end as status,
        distinct_points.phone_type,
        distinct_points.record_count,
        holders.customer_count,
        distinct_points.is_valid,
        coalesce(
            distinct_points.contact_value = case distinct_points.contact_type
                when 'email' then customers.email
                else customers.phone
            end,
            false
        ) as is_best,
        distinct_points.first_seen_at,
        distinct_points.last_seen_at
    from distinct_points
    inner join customers on distinct_points.customer_id = customers.customer_id
    inner join holders
        on
            distinct_points.contact_type = holders.contact_type
            and coalesce(distinct_points.contact_key, distinct_points.contact_value)
            = holders.contact_key
)

select * from described
