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
),

-- only an address that does not read at once pays for the repairs
separated as (
    select
        raw_email,
        case
            when {{ matches_pattern('email', '^[a-z0-9._+-]+@[a-z0-9.-]+$') }}
                then email
            when email like '%@%@%'
                then split_part(translate(email, ';/| ', ',,,,'), ',', 1)
            else
                replace(replace(replace(replace(replace(
                    email,
                    '(at)', '@'
                ), '[at]', '@'), ' at ', '@'), 'mailto:', ''), '@@', '@')
        end as email
    from lowered
)

select * from separated
