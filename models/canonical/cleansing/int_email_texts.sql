with

written as (
    select raw_email from {{ ref('int_unread_emails') }}
    where not is_gone
),

lowered as (
    select
        raw_email,
        lower(trim(raw_email)) as email
    from written
),

-- only an address that does not read at once pays for the repairs
told as (
    select
        *,
        {{ matches_pattern('email', '^[a-z0-9._+-]+@[a-z0-9.-]+$') }} as is_plain
    from lowered
),

-- Ann Dupont <ann@x.fr>; ann (at) x.fr
called as (
    select
        raw_email,
        is_plain,
        case
            when is_plain then email
            else coalesce(
                {{ extract_pattern('email', '<([^<>]+@[^<>]+)>') }},
                replace(replace(replace(replace(replace(
                    email,
                    '(at)', '@'
                ), '[at]', '@'), ' at ', '@'), 'mailto:', ''), '@@', '@')
            )
        end as email
    from told
),

-- of two addresses the first; ann@x.fr (home); ann@x.fr?subject=…
separated as (
    select
        raw_email,
        is_plain,
        case
            when is_plain then email
            when email like '%@%@%'
                then split_part(translate(email, ';/| ', ',,,,'), ',', 1)
            else {{ replace_pattern('email', '[(][^()]*[)]|[?].*$', '') }}
        end as email
    from called
)

select * from separated
