with

customers as (
    select * from {{ ref('canonical_customers') }}
),

street_lines as (
    select * from {{ ref('int_street_lines') }}
),

addresses as (
    select
        customers.record_id,
        places.postcode,
        places.city,
        places.cedex,
        places.insee_code,
        places.country,
        case
            when not coalesce(places.is_french_place, false)
                then coalesce(customers.address_line_1, customers.address_line_2)
            else coalesce(streets.line, complements.line)
        end as address_line_1,
        case
            when not coalesce(places.is_french_place, false)
                then
                    case
                        when customers.address_line_1 is not null
                            then customers.address_line_2
                    end
            when streets.line is not null then complements.line
        end as address_line_2,
        case
            when places.is_french_place
                then coalesce(streets.postal_box, complements.postal_box)
        end as postal_box,
        case
            when places.status is null then 'missing_city'
            when
                places.status = 'valid' and streets.raw_line is null
                and complements.raw_line is null
                then 'missing_street'
            when
                places.status = 'valid'
                and (length(streets.line) > 38 or length(complements.line) > 38)
                then 'line_too_long'
            else places.status
        end as status
    from customers
    left join street_lines as streets
        on customers.address_line_1 = streets.raw_line
    left join street_lines as complements
        on customers.address_line_2 = complements.raw_line
    left join {{ ref('int_places') }} as places
        on
            coalesce(customers.postcode, '') = coalesce(places.raw_postcode, '')
            and coalesce(customers.city, '') = coalesce(places.raw_city, '')
            and coalesce(customers.country, '') = coalesce(places.raw_country, '')
    where
        customers.address_line_1 is not null or customers.address_line_2 is not null
        or customers.postcode is not null or customers.city is not null
)

select * from addresses
