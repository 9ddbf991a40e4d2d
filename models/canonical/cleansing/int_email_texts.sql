with

written as (

    select email as raw_email from {{ ref('canonical_customers') }}
    union
    select contact_value from {{ ref('canonical_contact_points') }}
    where contact_type = 'email'
    union
    select contact_value from {{ ref('canonical_consents') }}
    where contact_type = 'email'
    union
    select email from {{ ref('canonical_events') }}
    union
    select email from {{ ref('canonical_carts') }}
    union
    select email from {{ ref('canonical_stores') }}

),

lowered as (

    select
        raw_email,
        lower(trim(raw_email)) as email
    from written
    where raw_email is not null

)

select * from lowered
