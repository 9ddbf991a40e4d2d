with

placed as (
    select * from {{ ref('int_phones_placed') }}
    where is_abroad
),

codes as (
    select * from {{ ref('int_calling_codes') }}
),

-- +33…, 0033…; and 33612345678, whose + was lost
abroad as (
    select
        placed.raw_phone,
        placed.country,
        placed.digits,
        placed.is_international,
        case
            when placed.is_international then 1
            when codes.calling_code = placed.calling_code then 3
            else 4
        end as priority,
        codes.plan_code,
        codes.calling_code,
        substr(placed.abroad_digits, length(codes.calling_code) + 1) as after_code,
        codes.trunk_prefix
    from placed
    left join codes on left(placed.abroad_digits, 3) = codes.leading_digits
)

select * from abroad
