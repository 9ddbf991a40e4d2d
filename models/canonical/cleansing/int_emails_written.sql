with

-- a record's own e-mail is a contact point too; one pass over them all, since a chain
-- of unions sorts out the same texts at each step
together as (
    select contact_value as raw_email from {{ ref('canonical_contact_points') }}
    where contact_type = 'email'
    union all
    select contact_value from {{ ref('canonical_consents') }}
    where contact_type = 'email'
    union all
    select email from {{ ref('canonical_events') }}
    union all
    select email from {{ ref('canonical_carts') }}
    union all
    select email from {{ ref('canonical_stores') }}
),

-- what is missing is looked up too: a join in which every record finds a row is faster
written as (
    select raw_email from together
    where raw_email is not null
    union
    select '' as raw_email
)

select * from written
