with

consents as (
    select * from {{ ref('int_weighed_consents') }}
),

forms as (
    select * from {{ ref('int_contact_forms') }}
),

record_points as (
    select distinct
        record_id,
        contact_type,
        contact_key
    from {{ ref('contact_points') }}
    where status = 'valid'
),

-- about the contact point that the statement names
named as (
    select
        consents.*,
        forms.contact_key
    from consents
    inner join forms
        on
            consents.contact_type = forms.contact_type
            and consents.contact_form = forms.contact_form
    where
        consents.contact_type <> 'postal'
        -- an agreement of nobody known is for the very number it names
        and (
            not consents.is_granted or consents.customer_id is not null
            or consents.contact_form = forms.contact_key
        )
),

-- else about every contact point of the record that speaks
of_the_record as (
    select
        consents.*,
        record_points.contact_key
    from consents
    inner join record_points
        on
            consents.record_id = record_points.record_id
            and consents.contact_type = record_points.contact_type
    where consents.contact_form is null and consents.contact_type <> 'postal'
),

points as (
    select * from named
    union all
    select * from of_the_record
)

select * from points
