with

best as (
    select * from {{ ref('int_phones_found') }}
),

placeholders as (
    select * from {{ ref('int_phone_placeholders') }}
),

-- a store's may have been read by an earlier run, and a customer's spelling of it now
readings as (
    select
        raw_phone,
        country,
        phone
    from best
    {% if is_incremental() %}
        union all
        select
            raw_phone,
            country,
            phone
        from {{ this }}
    {% endif %}
),

store_phones as (
    select distinct readings.phone
    from {{ ref('canonical_stores') }} as stores
    inner join readings
        on
            stores.phone = readings.raw_phone
            and readings.country = '{{ var("default_country") }}'
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
