with

kept as (
    select
        read_before.raw_phone,
        read_before.country,
        rules.rules_hash is null as is_outdated
    from {{ kept_rows('int_phones', {
        'raw_phone': 'text', 'country': 'text', 'rules_hash': 'bigint'
    }) }} as read_before
    left join {{ ref('int_cleansing_rules') }} as rules
        on read_before.rules_hash = rules.rules_hash
)

select
    coalesce(written.raw_phone, kept.raw_phone) as raw_phone,
    coalesce(written.country, kept.country) as country,
    written.raw_phone is null as is_gone
from {{ ref('int_phones_written') }} as written
full outer join kept
    on written.raw_phone = kept.raw_phone and written.country = kept.country
where written.raw_phone is null or coalesce(kept.is_outdated, true)
