with

countries as (
    select * from {{ ref('int_country_names') }}
),

customers as (
    select
        customers.address_line_1,
        customers.address_line_2,
        customers.postcode as raw_postcode,
        customers.city as raw_city,
        customers.country as raw_country
    from {{ ref('int_unread_customers') }} as customers
    left join countries on customers.country = countries.raw_country
    where
        coalesce(customers.postcode, customers.city) is not null
        and {{ is_french('countries.country') }}
),

together as (
    select
        *,
        address_line_1 as raw_line
    from customers
    union all
    select
        *,
        address_line_2 as raw_line
    from customers
),

-- 12 rue de Lyon ends in no town; 12 rue X, Lyon does
told as (
    select
        *,
        upper(raw_line) = upper(raw_city)
        or raw_line like '%,%'
        and right(replace(upper(raw_line), ', ', ','), length(raw_city) + 1)
        = ',' || upper(raw_city)
            as is_town
    from together
),

ending as (
    select distinct
        raw_line,
        raw_postcode,
        raw_city,
        raw_country,
        coalesce(is_town, false) as is_town
    from told
    where
        is_town
        or {{ matches_pattern('raw_line', '[0-9]{5}|[Cc]([Ee][Dd][Ee]|[Dd])[Xx]') }}
),

keyed as (
    select
        *,
        {{ replace_pattern(
            text_key(repair_mojibake('raw_city')), ' ?CEDEX.*$', ''
        ) }} as city_text,
        {{ address_key('raw_line') }} as line
    from ending
)

select * from keyed
