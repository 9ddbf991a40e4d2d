with

readings as (

    select
        *,
        length(national_number) as national_length,
        left(national_number, 2) as leading_digits,
        left(national_number || '0000000', 7) as range_digits
    from {{ ref('int_phone_readings') }}

),

ranges as (

    select
        ranges.*,
        plans.plan_code
    from {{ ref('phone_ranges') }} as ranges
    inner join {{ ref('phone_plans') }} as plans
        on ranges.calling_code = plans.calling_code

),

-- a number dialled nationally finds its calling code here: 0692… is Réunion's +262
found as (

    select
        readings.raw_phone,
        readings.country,
        '+' || ranges.calling_code || readings.national_number as phone,
        ranges.country as phone_country,
        ranges.phone_type,
        row_number() over (
            partition by readings.raw_phone, readings.country
            order by readings.priority, ranges.calling_code, readings.national_number
        ) as preference
    from readings
    inner join ranges
        on
            readings.plan_code = ranges.plan_code
            and readings.national_length = ranges.national_length
            and readings.leading_digits = ranges.leading_digits
            and readings.range_digits between ranges.range_from and ranges.range_to
            and (
                readings.calling_code = ranges.calling_code
                or readings.calling_code is null
            )

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
    left outer join best
        on texts.raw_phone = best.raw_phone and texts.country = best.country
    left outer join placeholders on best.phone = placeholders.phone
    left outer join store_phones on best.phone = store_phones.phone

)

select * from judged
