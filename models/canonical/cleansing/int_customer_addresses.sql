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
        localities.postcode,
        localities.city,
        localities.cedex,
        localities.insee_code,
        localities.country,
        case
            when localities.status = 'foreign'
                then coalesce(customers.address_line_1, customers.address_line_2)
            else coalesce(lines.line, complements.line)
        end as address_line_1,
        case
            when localities.status = 'foreign' and customers.address_line_1 is not null
                then customers.address_line_2
            when lines.line is not null then complements.line
        end as address_line_2,
        coalesce(lines.postal_box, complements.postal_box) as postal_box,
        case
            when localities.status is null then 'missing_city'
            when
                localities.status = 'valid' and lines.raw_line is null
                and complements.raw_line is null
                then 'missing_street'
            when localities.status = 'valid' and length(lines.line) > 38
                then 'line_too_long'
            else localities.status
        end as status
    from customers
    left outer join street_lines as lines on customers.address_line_1 = lines.raw_line
    left outer join street_lines as complements
        on customers.address_line_2 = complements.raw_line
    left outer join {{ ref('int_localities_judged') }} as localities
        on
            coalesce(customers.postcode, '') = coalesce(localities.raw_postcode, '')
            and coalesce(customers.city, '') = coalesce(localities.raw_city, '')
            and coalesce(customers.country, '') = coalesce(localities.raw_country, '')
    where
        customers.address_line_1 is not null or customers.address_line_2 is not null
        or customers.postcode is not null or customers.city is not null

)

select * from addresses
