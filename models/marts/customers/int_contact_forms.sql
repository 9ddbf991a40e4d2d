with

points as (
    select
        contact_type,
        raw_value,
        contact_key
    from {{ ref('contact_points') }}
    where status = 'valid'
),

contact_values as (
    select * from {{ ref('contact_values') }}
),

-- a number of another country is also found as it reads here: 0791234567 of a Swiss
-- record by whoever types 0791234567
forms as (
    select
        points.contact_type,
        contact_values.contact_key as contact_form,
        points.contact_key
    from points
    inner join contact_values
        on
            points.contact_type = contact_values.contact_type
            and points.raw_value = contact_values.raw_value
    where contact_values.contact_key is not null
    union
    select
        contact_type,
        contact_key as contact_form,
        contact_key
    from points
)

select * from forms
