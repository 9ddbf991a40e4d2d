with

localities as (
    select distinct
        postcode,
        city_key,
        city_text,
        replace(city_text, 'SAINT', 'ST') as words
    from {{ ref('int_localities_read') }}
    where
        length(city_key) >= 3 and (is_french or country is null and not has_lost_zero)
),

communes as (
    select * from {{ ref('communes') }}
),

unknown as (
    select localities.*
    from localities
    left join communes
        on
            localities.postcode = communes.postcode
            and localities.city_key = communes.city_key
    where communes.postcode is null
)

select * from unknown
