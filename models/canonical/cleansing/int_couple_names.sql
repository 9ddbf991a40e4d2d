with

frequencies as (
    select * from {{ ref('name_frequencies') }}
    where first_name_per_million > 0
),

-- Jean et Marie, Jean & Marie, Jean/Marie: JEAN MARIE would be the key of one person
parted as (
    select
        raw_name,
        {{ replace_pattern(
            'name_text', ' *([&/+]| [Ee][Tt] | [Oo][Uu] | [Aa][Nn][Dd] ) *', '|'
        ) }} as names
    from {{ ref('int_name_texts') }}
    where
        name_text like '% % %' or name_text like '%/%'
        or name_text like '%&%' or name_text like '%+%'
),

couples as (
    select parted.raw_name
    from parted
    inner join frequencies as firsts
        on {{ text_key("split_part(parted.names, '|', 1)") }} = firsts.name
    inner join frequencies as seconds
        on {{ text_key("split_part(parted.names, '|', 2)") }} = seconds.name
)

select * from couples
