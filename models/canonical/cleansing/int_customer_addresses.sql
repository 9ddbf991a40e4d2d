with

customers as (
    select * from {{ ref('int_customer_phones') }}
),

street_lines as (
    select * from {{ ref('int_street_lines') }}
),

addresses as (
    select
        customers.*,
        places.postcode,
        places.city,
        places.cedex,
        places.insee_code,
        coalesce(places.country, customers.written_country) as country,
        case
            when not coalesce(places.is_french_place, false)
                then
                    coalesce(customers.raw_address_line_1, customers.raw_address_line_2)
            else coalesce(streets.line, complements.line)
        end as address_line_1,
        case
            when not coalesce(places.is_french_place, false)
                then
                    case
                        when customers.raw_address_line_1 is not null
                            then customers.raw_address_line_2
                    end
            when streets.line is not null then complements.line
        end as address_line_2,
        case
            when places.is_french_place
                then coalesce(streets.postal_box, complements.postal_box)
        end as postal_box,
        case
            when
                coalesce(
                    customers.raw_address_line_1, customers.raw_address_line_2,
                    customers.raw_postcode, customers.raw_city
                ) is null
                then 'missing'
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
        end as address_status
    from customers
    left join street_lines as streets
        on customers.raw_address_line_1 = streets.raw_line
    left join street_lines as complements
        on customers.raw_address_line_2 = complements.raw_line
    left join {{ ref('int_places') }} as places
        on
            coalesce(customers.raw_postcode, '') = coalesce(places.raw_postcode, '')
            and coalesce(customers.raw_city, '') = coalesce(places.raw_city, '')
            and coalesce(customers.raw_country, '') = coalesce(places.raw_country, '')
)

select * from addresses
