with

texts as (
    select * from {{ ref('int_phone_texts') }}
),

countries as (
    select * from {{ ref('phone_countries') }}
),

-- what is too short or too long for any number stays, and is found in no plan
placed as (
    select
        texts.*,
        countries.calling_code,
        countries.plan_code,
        countries.trunk_prefix,
        coalesce(
            countries.country is not null and (
                texts.has_plus
                or texts.digits like countries.international_prefix || '%'
            ), false
        ) as is_international,
        coalesce(texts.digits like countries.trunk_prefix || '%', false) as has_trunk,
        case
            when texts.has_plus and texts.digits like '00%' then substr(texts.digits, 3)
            when texts.has_plus then texts.digits
            when texts.digits like countries.international_prefix || '%'
                then substr(texts.digits, length(countries.international_prefix) + 1)
            else texts.digits
        end as abroad_digits
    from texts
    left join countries
        on
            case when length(texts.digits) between 5 and 20 then texts.country end
            = countries.country
),

told as (
    select
        *,
        is_international
        or coalesce(
            length(digits) >= 11 and calling_code is not null
            or digits like calling_code || '%', false
        ) as is_abroad
    from placed
)

select * from told
