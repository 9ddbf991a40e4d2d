with

separated as (
    select * from {{ ref('int_email_texts') }}
),

-- a comma is a point; blanks that are not seen go: no-break, of no width, byte order
cleared as (
    select
        raw_email,
        case
            when is_plain then email
            else
                {{ replace_pattern(
                    strip_accents(
                        "translate(email, ',;' || chr(160) || chr(8203) || chr(65279), '..')"
                    ), '[]<>()[:space:]["]', ''
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

-- .con is .com in any domain: a correction that begins with a dot is of the ending
ended as (
    select
        parted.*,
        case
            when endings.domain is null then parted.domain
            else
                left(parted.domain, length(parted.domain) - length(endings.domain))
                || endings.corrected_domain
        end as ended_domain
    from parted
    left join {{ ref('email_domain_corrections') }} as endings
        on '.' || reverse(split_part(reverse(parted.domain), '.', 1)) = endings.domain
),

corrected as (
    select
        ended.raw_email,
        ended.local_part,
        coalesce(corrections.corrected_domain, ended.ended_domain) as domain,
        ended.has_two_signs
    from ended
    left join {{ ref('email_domain_corrections') }} as corrections
        on ended.ended_domain = corrections.domain
)

select * from corrected
