with

customers as (
    select * from {{ ref('int_unread_customers') }}
),

together as (
    select address_line_1 as raw_line from customers
    union all
    select address_line_2 as raw_line from customers
    union all
    -- 3 rue des Lilas 69003 Lyon
    select street_text as raw_line from {{ ref('int_whole_addresses') }}
    union all
    select street_text as raw_line from {{ ref('int_places_in_lines') }}
),

-- what is missing is looked up too: a join in which every record finds a row is faster
written as (
    select distinct coalesce(raw_line, '') as raw_line from together
),

-- NF Z10-011: capitals, no accents, no punctuation
normalised as (
    select
        raw_line,
        {{ text_key(repair_mojibake('raw_line')) }} as line
    from written
),

boxed as (
    select
        raw_line,
        case
            when
                line like '%BP%' or line like '%B P %' or line like '%CS%'
                or line like '%TSA%' or line like '%BOITE%'
                then
                    {{ extract_pattern('line', "((^| )BP ?(NO? ?)?[0-9]+|"
                        "^CS ?[0-9]+| CS ?[0-9]+|TSA ?[0-9]+|B P (NO? ?)?[0-9]+|"
                        "BOITE POSTALE (NO? ?)?[0-9]+)") }}
        end as postal_box,
        line
    from normalised
),

unboxed as (
    select
        raw_line,
        nullif(trim({{ replace_pattern(
            replace_pattern(
                replace_pattern('postal_box', 'BOITE POSTALE|B P', 'BP'),
                '^ ?(BP|CS|TSA) ?(NO? ?)?', '\\1 '
            ), ' +', ' '
        ) }}), '') as postal_box,
        case
            when postal_box is null then line
            else nullif(trim({{ replace_pattern(
                "replace(line, postal_box, ' ')", ' +', ' '
            ) }}), '')
        end as line
    from boxed
)

select * from unboxed
