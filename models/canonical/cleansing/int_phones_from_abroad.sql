with

placed as (
    select * from {{ ref('int_phones_placed') }}
    where is_international or length(digits) >= 11 or digits like calling_code || '%'
),

plans as (
    select * from {{ ref('phone_plans') }}
),

-- a calling code has one digit, two or three
coded as (
    select
        *,
        left(abroad_digits, 1) as leading_digits
    from placed
    union all
    select
        *,
        left(abroad_digits, 2) as leading_digits
    from placed
    union all
    select
        *,
        left(abroad_digits, 3) as leading_digits
    from placed
),

-- +33…, 0033…; and 33612345678, whose + was lost
abroad as (
    select
        coded.raw_phone,
        coded.country,
        case
            when coded.is_international then 1
            when plans.calling_code = coded.calling_code then 3
            else 4
        end as priority,
        plans.plan_code,
        plans.calling_code,
        substr(coded.abroad_digits, length(plans.calling_code) + 1) as after_code,
        plans.trunk_prefix
    from coded
    inner join plans on coded.leading_digits = plans.calling_code
)

select * from abroad
