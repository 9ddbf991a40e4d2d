with

alone as (
    select distinct raw_name from {{ ref('int_customers_of_one_name') }}
),

parted as (
    select
        raw_name,
        is_married,
        -- Marie Dupont épouse Martin
        case when is_married then birth_text else family_text end as family_text
    from {{ ref('int_married_names') }}
),

split as (
    select
        parted.raw_name,
        parted.is_married,
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
        split.raw_name,
        split.is_married,
        name_words.kind,
        split.word_key,
        rtrim(split.word, ',') as word,
        split.word like '%,' as is_before_comma,
        row_number() over (partition by split.raw_name order by split.position)
            as position,
        count(*) over (partition by split.raw_name) as word_count
    from split
    left join {{ ref('name_words') }} as name_words
        on split.word_key = name_words.name_word
    where split.position = 1 or name_words.kind is distinct from 'suffix'
),

weighed as (
    select
        words.*,
        words.word = upper(words.word) and words.word <> lower(words.word)
        and length(words.word_key) > 1 as is_capitals,
        -- Le Marie, Saint Martin, Ben Ahmed are family names whole
        coalesce(words.kind = 'particle', false) as is_particle,
        -- Carol B. Cunningham
        length(words.word_key) = 1 and words.position between 2 and words.word_count - 1
            as is_initial,
        coalesce(frequencies.first_name_per_million, 0) as first_name_per_million,
        coalesce(frequencies.last_name_per_million, 0) as last_name_per_million
    from words
    left join {{ ref('name_frequencies') }} as frequencies
        on words.word_key = frequencies.name
    -- Marie épouse Martin
    where
        words.word_count between 2 and 5 or words.word_count = 1 and words.is_married
)

select * from weighed
