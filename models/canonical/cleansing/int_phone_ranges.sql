with

ranges as (
    select
        ranges.*,
        left(ranges.range_from, 1) as leading_digit,
        plans.plan_code
    from {{ ref('phone_ranges') }} as ranges
    inner join {{ ref('phone_plans') }} as plans
        on ranges.calling_code = plans.calling_code
),

-- France and its overseas dial each other as one country: some of their ranges overlap
overlapping as (
    select distinct
        ranges.calling_code,
        ranges.national_length,
        ranges.range_from
    from ranges
    inner join ranges as neighbours
        on
            ranges.plan_code = neighbours.plan_code
            and ranges.national_length = neighbours.national_length
            and ranges.leading_digit = neighbours.leading_digit
            and ranges.calling_code <> neighbours.calling_code
            and ranges.range_from <= neighbours.range_to
            and ranges.range_to >= neighbours.range_from
),

-- under the calling code that is dialled before them, and under none
told as (
    select
        calling_code as dialled_code,
        plan_code,
        calling_code,
        national_length,
        leading_digit,
        range_from,
        range_to,
        country,
        phone_type,
        false as is_shared
    from ranges
    union all
    select
        '' as dialled_code,
        ranges.plan_code,
        ranges.calling_code,
        ranges.national_length,
        ranges.leading_digit,
        ranges.range_from,
        ranges.range_to,
        ranges.country,
        ranges.phone_type,
        overlapping.calling_code is not null as is_shared
    from ranges
    left join overlapping
        on
            ranges.calling_code = overlapping.calling_code
            and ranges.national_length = overlapping.national_length
            and ranges.range_from = overlapping.range_from
)

select * from told
