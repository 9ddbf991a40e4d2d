with

texts as (
    select * from {{ ref('int_name_texts') }}
    where name_key like '% %'
),

company_words as (
    select * from {{ ref('company_words') }}
),

-- a lone word may well be a family name
companies as (
    select distinct texts.raw_name
    from texts
    cross join {{ split_words('texts.name_key', 'words') }}
    inner join company_words
        on
            words.word = company_words.word
            and (
                company_words.word_position = 'anywhere'
                or company_words.word_position = 'first' and words.position = 1
            )
)

select * from companies
