with

customers as (
    select * from {{ ref('int_customer_phones') }}
),

ends as (
    select
        raw_line,
        '' as raw_postcode,
        '' as raw_city,
        coalesce(raw_country, '') as raw_country,
        place_text,
        coalesce(street_text, '') as street_text,
        null as cedex,
        false as has_two_places
    from {{ ref('int_whole_addresses') }}
    union all
    select * from {{ ref('int_repeated_places') }}
),

joined as (
    select
        customers.*,
        places.postcode,
        places.city,
        coalesce(firsts.cedex, seconds.cedex, places.cedex) as cedex,
        places.insee_code,
        coalesce(places.country, customers.written_country) as country,
        places.status as place_status,
        coalesce(places.is_french_place, false) as is_french_place,
        firsts.has_two_places or seconds.has_two_places as has_two_places,
        coalesce(streets.postal_box, complements.postal_box) as written_box,
        streets.line as first_line,
        complements.line as second_line,
        -- CHEZ MME MARTIN or a dot was typed where the street goes, the street below
        streets.line is null
        or complements.is_street and not streets.is_street as is_second_line_street,
        coalesce(
            streets.complement || ' ' || complements.complement,
            streets.complement, complements.complement
        ) as complement
    from customers
    left join ends as firsts
        on
            customers.raw_address_line_1 = firsts.raw_line
            and coalesce(customers.raw_postcode, '') = firsts.raw_postcode
            and coalesce(customers.raw_city, '') = firsts.raw_city
            and coalesce(customers.raw_country, '') = firsts.raw_country
    left join ends as seconds
        on
            customers.raw_address_line_2 = seconds.raw_line
            and coalesce(customers.raw_postcode, '') = seconds.raw_postcode
            and coalesce(customers.raw_city, '') = seconds.raw_city
            and coalesce(customers.raw_country, '') = seconds.raw_country
    left join {{ ref('int_street_lines') }} as streets
        on
            coalesce(firsts.street_text, customers.raw_address_line_1, '')
            = streets.raw_line
    left join {{ ref('int_street_lines') }} as complements
        on
            coalesce(seconds.street_text, customers.raw_address_line_2, '')
            = complements.raw_line
    left join {{ ref('int_places') }} as places
        on
            coalesce(firsts.place_text, seconds.place_text, customers.raw_postcode, '')
            = coalesce(places.raw_postcode, '')
            and coalesce(case
                when coalesce(firsts.place_text, seconds.place_text) is null
                    then customers.raw_city
            end, '') = coalesce(places.raw_city, '')
            and coalesce(case
                when coalesce(firsts.place_text, seconds.place_text) is null
                    then customers.raw_country
            end, '') = coalesce(places.raw_country, '')
)

select * from joined
