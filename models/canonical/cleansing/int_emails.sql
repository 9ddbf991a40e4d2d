with

judged as (
    select * from {{ ref('int_emails_judged') }}
),

providers as (
    select * from {{ ref('email_providers') }}
),

keyed as (
    select
        judged.raw_email,
        case when judged.status <> 'invalid' then judged.email end as email,
        case
            when judged.status = 'invalid' then null
            when providers.domain is null then judged.email
            when providers.ignores_dots and providers.ignores_tags
                then
                    replace(split_part(judged.local_part, '+', 1), '.', '')
                    || '@' || providers.key_domain
            when providers.ignores_tags
                then
                    split_part(judged.local_part, '+', 1) || '@' || providers.key_domain
            else judged.local_part || '@' || providers.key_domain
        end as email_key,
        judged.status,
        judged.email <> lower(trim(judged.raw_email)) as is_corrected,
        rules.rules_hash
    from judged
    cross join {{ ref('int_cleansing_rules') }} as rules
    left join providers on judged.domain = providers.domain
)

select * from keyed
