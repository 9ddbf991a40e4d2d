with

points as (

    select
        contact_type,
        raw_value,
        contact_value,
        contact_key
    from {{ ref('contact_points') }}
    where status = 'valid'

),

forms as (

    select
        contact_type,
        {{ contact_form('raw_value', 'contact_type') }} as contact_form,
        contact_key
    from points
    where raw_value is not null
    union
    select
        contact_type,
        contact_value as contact_form,
        contact_key
    from points

)

select * from forms
