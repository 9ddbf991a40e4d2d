with

separated as (
    select * from {{ ref('int_email_texts') }}
),

cleared as (
    select
        raw_email,
        case
            when is_plain then email
            else
                {{ replace_pattern(
                    strip_accents("translate(email, ',;' || chr(160), '..')"),
                    '[]<>()[:space:]["]', ''
                ) }}
        end as email
    from separated
),

trimmed as (
    select
        raw_email,
        case
            when
                email like '%..%' or email like '.%' or email like '%.'
                or email like '%.@%' or email like '%@.%'
                then trim({{ replace_pattern(
                    replace_pattern('email', '[.]+', '.'), '[.]?@[.]?', '@'
                ) }}, '.')
            else email
        end as email
    from cleared
),

parted as (
    select
        raw_email,
        split_part(email, '@', 1) as local_part,
        split_part(email, '@', 2) as domain,
        email like '%@%@%' as has_two_signs
    from trimmed
),

corrected as (
    select
        parted.raw_email,
        parted.local_part,
        coalesce(corrections.corrected_domain, parted.domain) as domain,
        parted.has_two_signs
    from parted
    left join {{ ref('email_domain_corrections') }} as corrections
        on parted.domain = corrections.domain
)

select * from corrected
