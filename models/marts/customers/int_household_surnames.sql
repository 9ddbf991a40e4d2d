with

records as (
    select * from {{ ref('int_customer_records') }}
),

homes as (
    -- A company has an office, not a home. Abroad an address is as it was written; its
    -- postcode says the town, however spelt.
    select
        customer_id,
        coalesce(country, '')
        || '|' || coalesce(insee_code, postcode, {{ text_key('city') }}) as town_key,
        case
            when insee_code is not null then address_line_1
            else {{ text_key('address_line_1') }}
        end as street_key
    from {{ ref('customers') }}
    where coalesce(insee_code, postcode, city) is not null and not is_company
),

names as (
    -- Every surname that one of the customer's records bears, in use or at birth.
    select
        customer_id,
        {{ text_key('last_name') }} as surname
    from records
    union
    select
        customer_id,
        {{ text_key('birth_name') }} as surname
    from records
),

surnames as (
    -- A compound, and each of its words but particles: SAINT is nobody's name.
    select * from names
    where surname is not null
    union
    select
        names.customer_id,
        words.word as surname
    from names
    cross join {{ split_words('names.surname', 'words') }}
    left join {{ ref('name_words') }} as name_words on words.word = name_words.name_word
    where
        length(words.word) >= {{ var('household_shortest_surname') }}
        and name_words.name_word is null
)

select
    homes.customer_id,
    homes.town_key || '|' || homes.street_key as address_key,
    homes.town_key,
    {{ extract_pattern('homes.street_key', '([0-9]+)') }} as street_number,
    surnames.surname,
    {{ record_key('homes.customer_id') }} as customer_key
from homes
inner join surnames on homes.customer_id = surnames.customer_id
where homes.street_key is not null
