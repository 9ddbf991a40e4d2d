with

matched as (

    select * from {{ ref('int_localities') }}

),


-- the French reference speaks for France and its overseas, and for records of no country
judged as (

    select
        matched.raw_postcode,
        matched.raw_city,
        matched.raw_country,
        matched.reading,
        matched.reading in ('valid', 'cedex', 'lone_postcode', 'lone_name') as is_found,
        matched.country,
        matched.postcode,
        matched.city_text,
        matched.cedex,
        case matched.reading
            when 'valid' then matched.exact_insee_code
            when 'cedex' then matched.cedex_insee_code
            when 'lone_postcode' then matched.postcode_insee_code
            when 'lone_name' then matched.name_insee_code
        end as insee_code,
        case matched.reading
            when 'valid' then matched.exact_city
            when 'cedex' then matched.cedex_city
            when 'lone_postcode' then matched.postcode_city
            when 'lone_name' then matched.name_city
        end as found_city,
        coalesce(matched.postcode, matched.name_postcode) as found_postcode,
        matched.country is null
        or matched.country in (
            'FR', 'GP', 'MQ', 'GF', 'RE', 'YT', 'PM', 'BL', 'MF', 'NC', 'PF', 'WF', 'MC'
        ) as is_french
    from matched

)

select
    raw_postcode,
    raw_city,
    raw_country,
    case when is_french and is_found then found_postcode else raw_postcode end
        as postcode,
    case
        when is_french and is_found then found_city
        when is_french and city_text is not null then city_text
        else raw_city
    end as city,
    case when is_french and reading = 'cedex' then coalesce(cedex, 'CEDEX') end
        as cedex,
    case when is_french and is_found then insee_code end as insee_code,
    case
        when country is not null then country
        when is_found then 'FR'
    end as country,
    case
        when not is_french then 'foreign'
        when is_found then 'valid'
        else reading
    end as status
from judged
