with

customers as (
    select * from {{ ref('int_unread_customers') }}
),

together as (
    select first_name as raw_name from customers
    union all
    select last_name as raw_name from customers
    union all
    select birth_name as raw_name from customers
    union all
    select company_name as raw_name from customers
),

-- what is missing is looked up too: a join in which every record finds a row is faster
written as (
    select distinct coalesce(raw_name, '') as raw_name from together
),

-- hearts and flags are blanks, and what joins them is nothing
repaired as (
    select
        raw_name,
        trim({{ replace_pattern(
            "translate(" ~ repair_mojibake('raw_name') ~ ", chr(160) || chr(9) || '’`´_*\"' || chr(65039) || chr(8203) || chr(8204) || chr(8205) || chr(65279), '  ''''''   ')",
            '[ 🇦-🫿☀-➿]+', ' '
        ) }}) as name_text
    from written
),

-- Dupont - Martin; d' Argent; a company may well be Garage - Lyon or Studio54
closed_up as (
    select
        raw_name,
        name_text as company_text,
        case
            when name_text like '%-%' or name_text like '%'' %'
                then {{ replace_pattern(
                    replace_pattern('name_text', '([^ -]) ?- ?([^ -])', '\\1-\\2'),
                    "(^|[ -])([DdLlOo])'' ", "\\1\\2''"
                ) }}
            else name_text
        end as name_text
    from repaired
),

-- JeanLouis has lost its hyphen, DeVito never had one; Paul3 is another account of Paul
tidied as (
    select
        raw_name,
        company_text,
        case
            when right(name_text, 1) between '0' and '9'
                then {{ replace_pattern('name_text', '([^0-9 .]{2})[0-9]+$', '\\1') }}
            else {{ replace_pattern(
                'name_text', '^(Jean|Marie|Anne|Pierre)([A-ZÉ][a-zéèêëîïôç]+)$', '\\1-\\2'
            ) }}
        end as name_text
    from closed_up
)

select * from tidied
