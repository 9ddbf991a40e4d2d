with

placed as (

    select * from {{ ref('int_phones_placed') }}

),

plans as (

    select * from {{ ref('phone_plans') }}

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
        2,
        plan_code,
        cast(null as text),
        digits
    from placed
    where
        not is_international and trunk_prefix <> '0' and digits like trunk_prefix || '%'

),

-- +33…, 0033…; and 33612345678, whose + was lost
abroad as (

    select
        placed.raw_phone,
        placed.country,
        case
            when placed.is_international then 1
            when plans.calling_code = placed.calling_code then 3
            else 4
        end as priority,
        plans.plan_code,
        plans.calling_code,
        substr(placed.abroad_digits, length(plans.calling_code) + 1) as after_code,
        plans.trunk_prefix
    from placed
    cross join (
        select 1 as code_length
        union all
        select 2
        union all
        select 3
    ) as code_lengths
    inner join plans
        on left(placed.abroad_digits, code_lengths.code_length) = plans.calling_code
    where
        placed.is_international or length(placed.digits) >= 11
        or placed.digits like placed.calling_code || '%'

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
        substr(after_code, length(trunk_prefix) + 1)
    from abroad
    where after_code like trunk_prefix || '%'

)

select * from readings
