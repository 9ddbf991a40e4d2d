with

texts as (
    select * from {{ ref('int_phone_texts') }}
),

countries as (
    select * from {{ ref('phone_countries') }}
),

placed as (
    select
        texts.*,
        countries.calling_code,
        countries.plan_code,
        countries.trunk_prefix,
        texts.has_plus
        or texts.digits like countries.international_prefix || '%' as is_international,
        case
            when texts.has_plus and texts.digits like '00%' then substr(texts.digits, 3)
            when texts.has_plus then texts.digits
            when texts.digits like countries.international_prefix || '%'
                then substr(texts.digits, length(countries.international_prefix) + 1)
            else texts.digits
        end as abroad_digits
    from texts
    inner join countries on texts.country = countries.country
    where length(texts.digits) between 5 and 20
)

select * from placed
