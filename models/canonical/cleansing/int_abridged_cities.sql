with

unknown as (
    select
        *,
        {{ extract_pattern('words', '^((ST |STE |L[AE]S? |L )?[A-Z]{4,}) ') }}
            as first_words
    from {{ ref('int_unknown_cities') }}
    where words like '% %'
),

known as (
    select distinct city_key from {{ ref('communes') }}
),

-- SAINT MAUR DES FS, Châlons sur Marne
abridged as (
    select
        unknown.postcode,
        unknown.city_key,
        unknown.city_text,
        postcodes.insee_code,
        postcodes.city
    from unknown
    inner join {{ ref('int_french_postcodes') }} as postcodes
        on unknown.postcode = postcodes.postcode
    where
        postcodes.city like '% %'
        and replace(postcodes.city, 'SAINT', 'ST') like unknown.first_words || ' %'
),

-- VILLENEUVE ST GEROGES is no Villeneuve d'Ascq, but a slip of a town elsewhere
elsewhere as (
    select distinct
        abridged.postcode,
        abridged.city_key
    from abridged
    inner join known
        on
            left(abridged.city_key, 4) = left(known.city_key, 4)
            and {{ edit_distance('abridged.city_key', 'known.city_key') }} <= 2
)

select abridged.*
from abridged
left join elsewhere
    on
        abridged.postcode = elsewhere.postcode
        and abridged.city_key = elsewhere.city_key
where elsewhere.city_key is null
