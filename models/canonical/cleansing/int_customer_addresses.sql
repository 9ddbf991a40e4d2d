with

joined as (
    select * from {{ ref('int_customer_lines') }}
),

french as (
    select
        *,
        case when is_second_line_street then second_line else first_line end as street,
        nullif(trim(
            coalesce(complement, '') || ' ' || coalesce(
                case
                    when first_line = second_line then null
                    when is_second_line_street then first_line
                    else second_line
                end, ''
            )
        ), '') as other_line
    from joined
),

addresses as (
    select
        *,
        case
            when is_french_place then street
            else coalesce(raw_address_line_1, raw_address_line_2)
        end as address_line_1,
        case
            when is_french_place then other_line
            when raw_address_line_1 is not null then raw_address_line_2
        end as address_line_2,
        case when is_french_place then written_box end as postal_box,
        case
            when
                coalesce(
                    raw_address_line_1, raw_address_line_2, raw_postcode, raw_city
                ) is null
                then 'missing'
            when place_status is null then 'missing_city'
            when place_status = 'valid' and has_two_places then 'two_places'
            when place_status = 'valid' and coalesce(street, written_box) is null
                then 'missing_street'
            when
                place_status = 'valid'
                and (length(street) > 38 or length(other_line) > 38)
                then 'line_too_long'
            else place_status
        end as address_status
    from french
)

select * from addresses
