with

countries as (
    select * from {{ ref('int_country_names') }}
),

-- only of records that say no more of the place
customers as (
    select
        customers.address_line_1,
        customers.address_line_2,
        customers.country as raw_country
    from {{ ref('int_unread_customers') }} as customers
    left join countries on customers.country = countries.raw_country
    where
        customers.postcode is null
        and customers.city is null
        and {{ is_french('countries.country') }}
),

together as (
    select
        raw_country,
        address_line_1 as raw_line
    from customers
    union
    select
        raw_country,
        address_line_2 as raw_line
    from customers
),

-- 3 rue des Lilas, F-69003 Lyon, France; an F without its dash may be a building
keyed as (
    select
        raw_line,
        raw_country,
        {{ address_key('raw_line') }} as line
    from together
    where {{ matches_pattern('raw_line', '[0-9]{5}') }}
),

-- the last number of five digits
parted as (
    select
        raw_line,
        raw_country,
        line,
        {{ extract_pattern('line', '^(?:.* )?([0-9]{5} [A-Z].*)$') }} as place_text
    from keyed
),

whole as (
    select
        raw_line,
        raw_country,
        place_text,
        nullif({{ replace_pattern(
            'left(line, length(line) - length(place_text))', '(^F)? ?$', ''
        ) }}, '') as street_text
    from parted
),

known as (
    select postcode from {{ ref('communes') }}
    union
    select postcode from {{ ref('cedexes') }}
)

select whole.*
from whole
inner join known on left(whole.place_text, 5) = known.postcode
-- BP 69003 is a box
where
    whole.street_text is null
    or not {{ ends_in_box('whole.street_text') }}
