with

customers as (
    select * from {{ ref('canonical_customers') }}
    where company_name is null
),

texts as (
    select * from {{ ref('int_name_texts') }}
),

parted as (
    select * from {{ ref('int_married_names') }}
),

-- the names of records whose other field is empty, says Mme or the same
alone as (
    select customers.last_name as raw_name
    from customers
    left join texts on customers.first_name = texts.raw_name
    where
        customers.last_name like '% %'
        and coalesce(texts.is_title or texts.name_key is null, true)
    union
    select first_name as raw_name
    from customers
    where first_name like '% %' and (last_name is null or last_name = first_name)
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
