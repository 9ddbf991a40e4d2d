with

kept as (
    select
        read_before.raw_email,
        rules.rules_hash is null as is_outdated
    from {{ kept_rows('int_emails', {
        'raw_email': 'text', 'rules_hash': 'bigint'
    }) }} as read_before
    left join {{ ref('int_cleansing_rules') }} as rules
        on read_before.rules_hash = rules.rules_hash
)

select
    coalesce(written.raw_email, kept.raw_email) as raw_email,
    written.raw_email is null as is_gone
from {{ ref('int_emails_written') }} as written
full outer join kept on written.raw_email = kept.raw_email
where written.raw_email is null or coalesce(kept.is_outdated, true)
