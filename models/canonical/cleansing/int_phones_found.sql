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
    select * from {{ ref('int_phone_ranges') }}
),

-- a number dialled nationally finds its calling code here: 0692… is Réunion's +262
found as (
    select
        readings.*,
        ranges.calling_code as found_code,
        '+' || ranges.calling_code || readings.national_number as phone,
        ranges.country as phone_country,
        ranges.phone_type,
        readings.is_lone and not coalesce(ranges.is_shared, false) as is_sure
    from readings
    left join ranges
        on
            readings.plan_code = ranges.plan_code
            and readings.dialled_code = ranges.dialled_code
            and readings.national_length = ranges.national_length
            and readings.leading_digit = ranges.leading_digit
            and readings.range_digits between ranges.range_from and ranges.range_to
),

-- few texts can be read in two ways: only they are put in order
ordered as (
    select
        *,
        1 as preference
    from found
    where is_sure
    union all
    select
        *,
        row_number() over (
            partition by raw_phone, country
            order by
                case when found_code is null then 2 else 1 end,
                priority,
                -- 0596… is Martinique's for all; 0976… is of where it is written
                case
                    when found_code <> plan_code and leading_digit <= '5' then 1
                    when phone_country = country then 2
                    when found_code = plan_code then 3
                    else 4
                end,
                found_code, national_number
        ) as preference
    from found
    where not is_sure
),

best as (
    select
        raw_phone,
        country,
        digits,
        phone,
        phone_country,
        phone_type
    from ordered
    where preference = 1
)

select * from best
