with

best as (
    select * from {{ ref('int_phones_found') }}
),

placeholders as (
    select * from {{ ref('int_phone_placeholders') }}
),

store_phones as (
    select distinct best.phone
    from {{ ref('canonical_stores') }} as stores
    inner join best
        on
            stores.phone = best.raw_phone
            and best.country = '{{ var("default_country") }}'
    {% if is_incremental() %}
        union
        select kept.phone
        from {{ ref('canonical_stores') }} as stores
        inner join {{ this }} as kept
            on
                stores.phone = kept.raw_phone
                and kept.country = '{{ var("default_country") }}'
    {% endif %}
),

judged as (
    select
        best.raw_phone,
        best.country,
        best.phone,
        best.phone_country,
        best.phone_type,
        case
            when best.digits = '' then 'no_digits'
            when
                placeholders.phone is not null
                or replace(best.digits, right(best.digits, 1), '') in ('', '0', '33')
                then 'placeholder'
            when best.phone is null and length(best.digits) < 7 then 'too_short'
            when best.phone is null and length(best.digits) > 15 then 'too_long'
            when best.phone is null then 'not_in_plan'
            when store_phones.phone is not null then 'store'
            when best.phone_type = 'service' then 'service'
            else 'valid'
        end as status,
        -- what is left when a number of no plan is written with its country or without
        right(best.digits, 9) as digits,
        rules.rules_hash
    from best
    cross join {{ ref('int_cleansing_rules') }} as rules
    left join placeholders on best.phone = placeholders.phone
    left join store_phones on best.phone = store_phones.phone
)

select * from judged
