with

alone as (
    select distinct raw_name from {{ ref('int_customers_of_one_name') }}
),

parted as (
    select * from {{ ref('int_married_names') }}
),

words as (
    select
        parted.raw_name,
        rtrim(words.word, ',') as word,
        words.position,
        words.word like '%,' as has_comma,
        {{ text_key('words.word') }} as word_key,
        count(*) over (partition by parted.raw_name) as word_count
    from alone
    inner join parted on alone.raw_name = parted.raw_name
    -- DUPONT,Marie is two words too
    cross join {{ split_words(
        "case
            when parted.family_text like '%,%'
                then " ~ replace_pattern('parted.family_text', ' *, *', ', ') ~ "
            else parted.family_text
        end", 'words'
    ) }}
    where words.word <> ''
),

weighed as (
    select
        words.*,
        words.word = upper(words.word) and length(words.word) > 1 as is_capitals,
        -- Dupont, Marie; not John Smith, Jr.
        words.has_comma and lead(words.word_key) over (
            partition by words.raw_name order by words.position
        ) not in ('JR', 'SR', 'II', 'III', 'IV', 'MD', 'PHD', 'DDS', 'ESQ')
            as is_before_comma,
        coalesce(frequencies.first_name_per_million, 0) as first_name_per_million,
        coalesce(frequencies.last_name_per_million, 0) as last_name_per_million
    from words
    left join {{ ref('name_frequencies') }} as frequencies
        on words.word_key = frequencies.name
    where words.word_count between 2 and 5
)

select * from weighed
