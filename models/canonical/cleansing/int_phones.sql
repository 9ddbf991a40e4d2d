with

found as (
    select * from {{ ref('int_phones_found') }}
),

best as (
    select * from found
    where preference = 1
),

placeholders as (
    select * from {{ ref('phone_placeholders') }}
),

store_phones as (
    select distinct best.phone
    from {{ ref('canonical_stores') }} as stores
    inner join best
        on
            stores.phone = best.raw_phone
            and best.country = '{{ var("default_country") }}'
),

judged as (
    select
        texts.raw_phone,
        texts.country,
        best.phone,
        best.phone_country,
        best.phone_type,
        case
            when texts.digits = '' then 'no_digits'
            when
                placeholders.phone is not null
                or replace(texts.digits, right(texts.digits, 1), '') in ('', '0', '33')
                then 'placeholder'
            when best.phone is null and length(texts.digits) < 7 then 'too_short'
            when best.phone is null and length(texts.digits) > 15 then 'too_long'
            when best.phone is null then 'not_in_plan'
            when store_phones.phone is not null then 'store'
            when best.phone_type = 'service' then 'service'
            else 'valid'
        end as status,
        texts.digits
    from {{ ref('int_phone_texts') }} as texts
    left join best
        on texts.raw_phone = best.raw_phone and texts.country = best.country
    left join placeholders on best.phone = placeholders.phone
    left join store_phones on best.phone = store_phones.phone
)

select * from judged
