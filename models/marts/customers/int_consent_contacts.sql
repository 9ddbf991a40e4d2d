with

consents as (
    select * from {{ ref('int_weighed_consents') }}
),

points as (
    select * from {{ ref('int_consent_points') }}
),

customer_points as (
    select distinct
        customer_id,
        contact_type,
        contact_key
    from {{ ref('customer_contact_points') }}
    where is_valid
),

placed as (
    select distinct consent_id from points
),

-- a no that names nothing we hold (mistyped, old, on a card without e-mail) is still a
-- no of that customer: it is about everything we might reach the customer by
of_the_customer as (
    select
        consents.*,
        customer_points.contact_key
    from consents
    inner join customer_points
        on
            consents.customer_id = customer_points.customer_id
            and consents.contact_type = customer_points.contact_type
    left join placed on consents.consent_id = placed.consent_id
    where not consents.is_granted and placed.consent_id is null
),

by_post as (
    select
        *,
        cast(null as text) as contact_key
    from consents
    where contact_type = 'postal'
),

joined as (
    select * from points
    union all
    select * from of_the_customer
    union all
    select * from by_post
)

select * from joined
