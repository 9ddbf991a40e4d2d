with

placed as (
    select * from {{ ref('int_phones_placed') }}
    where not is_international
),

abroad as (
    select
        *,
        coalesce(after_code like trunk_prefix || '%', false) as has_trunk
    from {{ ref('int_phones_from_abroad') }}
),

-- as dialled inside the record's country, with or without its trunk 0
readings as (
    select
        raw_phone,
        country,
        digits,
        1 as priority,
        plan_code,
        '' as dialled_code,
        case
            when has_trunk then substr(digits, length(trunk_prefix) + 1) else digits
        end as national_number,
        not is_abroad and not (has_trunk and trunk_prefix <> '0') as is_lone
    from placed
    union all
    select
        raw_phone,
        country,
        digits,
        2 as priority,
        plan_code,
        '' as dialled_code,
        digits as national_number,
        false as is_lone
    from placed
    where has_trunk and trunk_prefix <> '0'
    union all
    select
        raw_phone,
        country,
        digits,
        priority,
        plan_code,
        calling_code as dialled_code,
        after_code as national_number,
        is_international and not has_trunk as is_lone
    from abroad
    union all
    select
        raw_phone,
        country,
        digits,
        priority,
        plan_code,
        calling_code as dialled_code,
        substr(after_code, length(trunk_prefix) + 1) as national_number,
        false as is_lone
    from abroad
    where has_trunk
)

select * from readings
