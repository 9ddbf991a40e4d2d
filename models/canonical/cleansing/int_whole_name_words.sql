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
        words.word,
        words.position,
        {{ text_key('words.word') }} as word_key,
        count(*) over (partition by parted.raw_name) as word_count
    from alone
    inner join parted on alone.raw_name = parted.raw_name
    cross join {{ split_words('parted.family_text', 'words') }}
    where words.word <> ''
),

weighed as (
    select
        words.*,
        words.word = upper(words.word) and length(words.word) > 1 as is_capitals,
        coalesce(frequencies.first_name_per_million, 0) as first_name_per_million,
        coalesce(frequencies.last_name_per_million, 0) as last_name_per_million
    from words
    left join {{ ref('name_frequencies') }} as frequencies
        on words.word_key = frequencies.name
    where words.word_count between 2 and 5
)

select * from weighed
