with

placed as (
    select * from {{ ref('int_phones_placed') }}
),

-- as dialled inside the record's country, with or without its trunk 0
home as (
    select
        raw_phone,
        country,
        1 as priority,
        plan_code,
        cast(null as text) as calling_code,
        case
            when trunk_prefix is not null and digits like trunk_prefix || '%'
                then substr(digits, length(trunk_prefix) + 1)
            else digits
        end as national_number
    from placed
    where not is_international
    union all
    select
        raw_phone,
        country,
        2 as priority,
        plan_code,
        cast(null as text) as calling_code,
        digits as national_number
    from placed
    where
        not is_international and trunk_prefix <> '0' and digits like trunk_prefix || '%'
),

abroad as (
    select * from {{ ref('int_phones_from_abroad') }}
),

readings as (
    select * from home
    union all
    select
        raw_phone,
        country,
        priority,
        plan_code,
        calling_code,
        after_code
    from abroad
    union all
    select
        raw_phone,
        country,
        priority,
        plan_code,
        calling_code,
        substr(after_code, length(trunk_prefix) + 1) as national_number
    from abroad
    where after_code like trunk_prefix || '%'
)

select * from readings
