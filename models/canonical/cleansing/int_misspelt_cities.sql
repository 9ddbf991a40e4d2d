with

unknown as (
    select * from {{ ref('int_unknown_cities') }}
),

known as (
    select distinct city_key from {{ ref('communes') }}
),

-- what is a town elsewhere is no slip
slips as (
    select unknown.*
    from unknown
    left join known on unknown.city_key = known.city_key
    where known.city_key is null
),

spellings as (
    -- CACHNA; of eight letters and more, two neighbours that change places are close
    select
        slips.*,
        left(slips.city_key, positions.position - 1)
        || substr(slips.city_key, positions.position + 1, 1)
        || substr(slips.city_key, positions.position, 1)
        || substr(slips.city_key, positions.position + 2) as spelling
    from slips
    cross join generate_series(1, 6) as positions (position)
    where length(slips.city_key) < 8
    union all
    -- SAAINT DENIS
    select
        *,
        replace({{ replace_pattern(
            'city_text',
            '(^| )(S+A+I+N+T+|ASINT|SIANT|SANIT|SAITN|AINT|SINT|SANT|SAIT)(E?) ',
            '\\1ST\\3 '
        ) }}, ' ', '') as spelling
    from slips
    where city_text like '%S%T% %' or city_text like '%AINT%'
),

found as (
    select
        spellings.postcode,
        spellings.city_key,
        spellings.city_text,
        communes.insee_code,
        communes.city
    from spellings
    inner join {{ ref('communes') }} as communes
        on
            spellings.postcode = communes.postcode
            and spellings.spelling = communes.city_key
    union all
    select * from {{ ref('int_abridged_cities') }}
)

select * from found
