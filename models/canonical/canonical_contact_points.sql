with

contact_points as (
    select * from {{ ref('int_contact_points') }}
),

customers as (
    select * from {{ ref('canonical_customers') }}
),

-- the same value given twice in one record is one contact point
distinct_points as (
    select
        contact_points.record_id,
        customers.source,
        contact_points.contact_type,
        contact_points.contact_value,
        max(contact_points.is_first) = 1 as is_primary
    from contact_points
    -- an address or e-mail whose record was set aside has nobody to reach
    inner join customers on contact_points.record_id = customers.record_id
    where contact_points.contact_value is not null
    group by
        contact_points.record_id,
        customers.source,
        contact_points.contact_type,
        contact_points.contact_value
)

select * from distinct_points
