with

placed as (
    select * from {{ ref('int_phones_placed') }}
),

plans as (
    select * from {{ ref('phone_plans') }}
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
)

select * from abroad
