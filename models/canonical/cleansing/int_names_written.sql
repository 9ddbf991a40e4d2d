with

customers as (
    select * from {{ ref('canonical_customers') }}
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

repaired as (
    select
        raw_name,
        -- Dupont - Martin; d' Argent
        trim(replace(replace(replace({{ replace_pattern(
            "translate(" ~ repair_mojibake('raw_name') ~ ", chr(160) || chr(9) || '’`´_*\"', '  ''''''   ')",
            ' +', ' '
        ) }}, ' -', '-'), '- ', '-'), ''' ', '''')) as name_text
    from written
),

-- JeanLouis has lost its hyphen; DeVito and McDonald never had one
hyphenated as (
    select
        raw_name,
        {{ replace_pattern(
            'name_text', '^(Jean|Marie|Anne|Pierre)([A-ZÉ][a-zéèêëîïôç]+)$', '\\1-\\2'
        ) }} as name_text
    from repaired
)

select * from hyphenated
