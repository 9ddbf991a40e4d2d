with

alone as (
    select distinct raw_name from {{ ref('int_customers_of_one_name') }}
),

parted as (
    select * from {{ ref('int_married_names') }}
),

split as (
    select
        parted.raw_name,
        words.word,
        words.position,
        coalesce({{ text_key('words.word') }}, words.word) as word_key
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

-- John Smith, Jr. and John Smith, MD are written without it as often as not
words as (
    select
        raw_name,
        rtrim(word, ',') as word,
        word like '%,' as is_before_comma,
        word_key,
        row_number() over (partition by raw_name order by position) as position,
        count(*) over (partition by raw_name) as word_count
    from split
    where
        position = 1
        or word_key not in ('JR', 'SR', 'II', 'III', 'IV', 'MD', 'PHD', 'DDS', 'ESQ')
),

weighed as (
    select
        words.*,
        words.word = upper(words.word) and words.word <> lower(words.word)
        and length(words.word_key) > 1 as is_capitals,
        -- Le Marie, Saint Martin, Ben Ahmed are family names whole
        words.word_key in (
            'AL', 'BEN', 'BIN', 'DA', 'DAL', 'DE', 'DEL', 'DEN', 'DER', 'DES', 'DI',
            'DO', 'DOS', 'DU', 'EL', 'LA', 'LE', 'LO', 'SAINT', 'SAINTE', 'SAN', 'ST',
            'TEN', 'TER', 'VAN', 'VON'
        ) as is_particle,
        -- Carol B. Cunningham
        length(words.word_key) = 1 and words.position between 2 and words.word_count - 1
            as is_initial,
        coalesce(frequencies.first_name_per_million, 0) as first_name_per_million,
        coalesce(frequencies.last_name_per_million, 0) as last_name_per_million
    from words
    left join {{ ref('name_frequencies') }} as frequencies
        on words.word_key = frequencies.name
    where words.word_count between 2 and 5
)

select * from weighed
