with

parted as (
    select
        raw_name,
        {{ display_name('family_text') }} as family_text,
        {{ display_name('birth_text') }} as birth_text,
        is_married
    from {{ ref('int_married_names') }}
),

texts as (
    select * from {{ ref('int_name_texts') }}
),

placeholders as (
    select * from {{ ref('name_placeholders') }}
),

companies as (
    select * from {{ ref('int_company_names') }}
),

frequencies as (
    select * from {{ ref('name_frequencies') }}
),

forms as (
    select
        texts.raw_name,
        texts.name_text,
        texts.company_text,
        texts.name_key,
        texts.title,
        texts.gender,
        -- Marie épouse Martin, where a first name goes
        case when parted.is_married then parted.birth_text else parted.family_text end
            as display_name,
        {{ family_name('parted.family_text') }} as last_name,
        {{ family_name('parted.birth_text') }} as birth_name,
        coalesce(frequencies.first_name_per_million, 0) as first_name_per_million,
        coalesce(frequencies.last_name_per_million, 0) as last_name_per_million,
        -- a seed cannot say NULL on every engine
        placeholders.name_key is not null or coalesce(texts.name_key = 'NULL', false)
        -- no letter of any script; an e-mail; one letter held down
        or not {{ matches_pattern('texts.name_text', '[A-Za-z]|[^ -~]') }}
        or texts.name_text like '%@%.%'
        or coalesce(
            length(texts.name_key) > 2
            and replace(texts.name_key, left(texts.name_key, 1), '') = '', false)
            as is_placeholder,
        companies.raw_name is not null as is_company,
        coalesce(alone.word_position = 'anywhere', false) as is_company_word,
        -- SAS is a family name too, unless in capitals; Conseil is one that people bear
        coalesce(frequencies.name is null and case
            when alone.also_a = 'first_name' then false
            when alone.legal_form_position = 'anywhere'
                then texts.name_text = upper(texts.name_text)
            else alone.word_position = 'first'
        end, false) as may_be_company_word,
        coalesce(alone.also_a = 'last_name', false) as is_last_name_too,
        couples.raw_name is not null as is_couple,
        -- initials are, whatever they stand for
        length(texts.name_key) > 3 and texts.name_text = upper(texts.name_text)
            as is_capitals,
        texts.is_title,
        parted.is_married
    from texts
    inner join parted on texts.raw_name = parted.raw_name
    left join placeholders on texts.name_key = placeholders.name_key
    left join companies on texts.raw_name = companies.raw_name
    left join {{ ref('int_couple_names') }} as couples
        on texts.raw_name = couples.raw_name
    left join frequencies on texts.name_key = frequencies.name
    -- S.A.R.L. too
    left join {{ ref('company_words') }} as alone
        on replace(texts.name_key, ' ', '') = alone.word
)

select * from forms
