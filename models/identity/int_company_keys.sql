{{ config(materialized='view') }}
-- SARL Dupont, Dupont S.A.R.L. and Dupont SAS are compared as Dupont; a name that is
-- nothing but a legal form keeps it.
with

names as (
    select distinct company_name
    from {{ ref('customer_records') }}
    where is_company and company_name is not null
),

legal_forms as (
    select lower(word) as word from {{ ref('company_words') }}
    where is_legal_form
),

undotted as (
    select
        company_name,
        {{ replace_pattern(
            'company_name',
            '(^|[^A-Za-z])([A-Za-z])[.]([A-Za-z])([.]([A-Za-z]))?([.]([A-Za-z]))?([.]|[^A-Za-z]|$)',
            '\\1\\2\\3\\5\\7 '
        ) }} as whole_name
    from names
),

folded as (
    select
        company_name,
        {{ match_key('whole_name') }} as whole_key
    from undotted
),

shortened as (
    select
        folded.company_name,
        {{ join_texts('words.word', ' ', 'words.position') }} as name_key
    from folded
    cross join {{ split_words('folded.whole_key', 'words') }}
    left join legal_forms on words.word = legal_forms.word
    where legal_forms.word is null
    group by folded.company_name
)

select
    folded.company_name,
    coalesce(shortened.name_key, folded.whole_key) as name_key
from folded
left join shortened on folded.company_name = shortened.company_name
