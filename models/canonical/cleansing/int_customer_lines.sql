with

customers as (
    select
        *,
        -- only what says neither postcode nor city may be a whole address
        case
            when coalesce(raw_postcode, raw_city) is null then raw_address_line_1
        end as lone_line,
        case
            when coalesce(raw_postcode, raw_city) is null then raw_address_line_2
        end as other_lone_line
    from {{ ref('int_customer_phones') }}
),

located as (
    select
        customers.*,
        coalesce(firsts.place_text, seconds.place_text) as place_text
    from customers
    left join {{ ref('int_whole_addresses') }} as firsts
        on customers.lone_line = firsts.raw_line
    left join {{ ref('int_whole_addresses') }} as seconds
        on customers.other_lone_line = seconds.raw_line
),

joined as (
    select
        located.*,
        places.postcode,
        places.city,
        places.cedex,
        places.insee_code,
        coalesce(places.country, located.written_country) as country,
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
    from located
    left join {{ ref('int_street_lines') }} as streets
        on coalesce(located.raw_address_line_1, '') = streets.raw_line
    left join {{ ref('int_street_lines') }} as complements
        on coalesce(located.raw_address_line_2, '') = complements.raw_line
    left join {{ ref('int_places') }} as places
        on
            coalesce(located.place_text, located.raw_postcode, '')
            = coalesce(places.raw_postcode, '')
            and coalesce(located.raw_city, '') = coalesce(places.raw_city, '')
            and case
                when located.place_text is null then coalesce(located.raw_country, '')
                else ''
            end
            = coalesce(places.raw_country, '')
)

select * from joined
