{{ config(materialized='view') }}
-- SARL Dupont, Dupont S. A. R. L. and Dupont SAS are compared as Dupont; a name that is
-- nothing but a legal form keeps it, and Spa du Lac its first word.
with

legal_forms as (
    select
        lower(word) as word,
        legal_form_position
    from {{ ref('company_words') }}
    where legal_form_position is not null
),

undotted as (
    select distinct
        company_name,
        {{ close_initials('company_name') }} as whole_name
    from {{ ref('customer_records') }}
    where company_name is not null
),

folded as (
    select
        company_name,
        {{ match_key('whole_name') }} as whole_key
    from undotted
),

words as (
    select
        folded.company_name,
        words.word,
        words.position,
        legal_forms.legal_form_position,
        max(case when legal_forms.word is null then words.position end)
            over (partition by folded.company_name) as last_said
    from folded
    cross join {{ split_words('folded.whole_key', 'words') }}
    left join legal_forms on words.word = legal_forms.word
),

shortened as (
    select
        company_name,
        {{ join_texts('word', ' ', 'position') }} as name_key
    from words
    where
        legal_form_position is null
        or legal_form_position = 'last' and position < last_said
    group by company_name
)

select
    folded.company_name,
    coalesce(shortened.name_key, folded.whole_key) as name_key
from folded
left join shortened on folded.company_name = shortened.company_name
