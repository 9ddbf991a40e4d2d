with

forms as (
    select * from {{ ref('int_contact_forms') }}
),

points as (
    select
        contact_type,
        contact_key,
        customer_id
    from {{ ref('customer_contact_points') }}
    where is_valid
),

owners as (
    select
        forms.contact_type,
        forms.contact_form,
        min(points.customer_id) as customer_id
    from forms
    inner join points
        on
            forms.contact_type = points.contact_type
            and forms.contact_key = points.contact_key
    group by forms.contact_type, forms.contact_form
    having count(distinct points.customer_id) = 1
)

select * from owners
