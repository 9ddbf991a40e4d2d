with

readings as (
    select
        *,
        length(national_number) as national_length,
        left(national_number, 1) as leading_digit,
        left(national_number || '0000000', 7) as range_digits
    from {{ ref('int_phone_readings') }}
),

ranges as (
    select
        ranges.*,
        left(ranges.range_from, 1) as leading_digit,
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
            and readings.leading_digit = ranges.leading_digit
            and readings.range_digits between ranges.range_from and ranges.range_to
            and (
                readings.calling_code = ranges.calling_code
                or readings.calling_code is null
            )
)

select * from found
