with

untagged as (
    select
        *,
        -- a tag hides what the mailbox is: contact+shop is contact
        split_part(local_part, '+', 1) as mailbox
    from {{ ref('int_emails_repaired') }}
),

emails as (
    select
        raw_email,
        local_part,
        domain,
        local_part || '@' || domain as email,
        has_two_signs,
        -- pas-de-mail and pas.de.mail are one word; r.h may be a person
        case
            when length(translate(mailbox, '.-_', '')) > 4
                then translate(mailbox, '.-_', '')
            else mailbox
        end as word
    from untagged
),

words as (
    select
        translate(local_part, '.-_', '') as word,
        min(status) as status
    from {{ ref('email_local_parts') }}
    group by 1
),

stores as (
    select distinct lower(trim(email)) as email
    from {{ ref('canonical_stores') }}
    where email is not null
),

judged as (
    select
        emails.*,
        case
            when
                emails.has_two_signs or length(emails.email) > 254
                or length(emails.local_part) > 64
                or not {{ matches_pattern(
                    'emails.email',
                    '^[a-z0-9_+&~%$!#/=?^{|}*`.\'\'-]+@([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z]{2,24}$'
                ) }}
                then 'invalid'
            when stores.email is not null then 'store'
            when domains.status <> 'reserved' then domains.status
            when words.word is not null then words.status
            -- aaa@…, xxxx@…; 0@0.fr; lea@lea.fr is somebody's
            when
                length(emails.local_part) >= 3
                and replace(emails.local_part, left(emails.local_part, 1), '') = ''
                or length(emails.local_part) <= 2
                and emails.local_part = split_part(emails.domain, '.', 1)
                then 'placeholder'
            when disposable.domain is not null then 'disposable'
            else coalesce(domains.status, 'valid')
        end as status
    from emails
    left join stores on emails.email = stores.email
    left join {{ ref('email_domains') }} as domains on emails.domain = domains.domain
    left join words on emails.word = words.word
    left join {{ ref('disposable_email_domains') }} as disposable
        on emails.domain = disposable.domain
)

select * from judged
