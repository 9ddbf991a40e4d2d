with

-- only what says neither postcode nor city, nor a land abroad, may be whole
customers as (
    select
        *,
        raw_postcode is null and raw_city is null
        and coalesce(written_country, '{{ var("default_country") }}') = 'FR' as is_whole
    from {{ ref('int_customer_phones') }}
),

wholes as (
    select
        raw_line,
        place_text,
        coalesce(street_text, '') as street_text
    from {{ ref('int_whole_addresses') }}
),

joined as (
    select
        customers.*,
        places.postcode,
        places.city,
        places.cedex,
        places.insee_code,
        coalesce(places.country, customers.written_country) as country,
        places.status as place_status,
        coalesce(places.is_french_place, false) as is_french_place,
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
    left join wholes as firsts
        on
            case when customers.is_whole then customers.raw_address_line_1 end
            = firsts.raw_line
    left join wholes as seconds
        on
            case when customers.is_whole then customers.raw_address_line_2 end
            = seconds.raw_line
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
            and coalesce(customers.raw_city, '') = coalesce(places.raw_city, '')
            and case
                when coalesce(firsts.place_text, seconds.place_text) is null
                    then coalesce(customers.raw_country, '')
                else ''
            end
            = coalesce(places.raw_country, '')
)

select * from joined
