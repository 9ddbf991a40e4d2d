with

parted as (
    select * from {{ ref('int_lines_parted') }}
),

-- the number and its BIS, then the word that tells the kind of street
opened as (
    select
        raw_line,
        postal_box,
        complement,
        {{ replace_pattern('line', '^([0-9]+)(BIS|TER|QUATER|[A-F]) ', '\\1 \\2 ') }}
            as line
    from parted
),

numbered as (
    select
        raw_line,
        postal_box,
        complement,
        line,
        coalesce({{ extract_pattern(
            'line', '^([0-9]+ ((BIS|TER|QUATER|[A-F]) )?)'
        ) }}, '') as street_number
    from opened
),

typed as (
    select
        numbered.raw_line,
        numbered.postal_box,
        numbered.complement,
        numbered.line,
        -- 69003 LYON, 2 BATIMENT B and a phone are none
        {{ matches_pattern('numbered.street_number', '^[0-9]{1,4} ') }}
        and coalesce(
            street_words.full_word not in ('APPARTEMENT', 'BATIMENT'), false
        ) as is_street,
        numbered.street_number || street_words.full_word
        || substr(
            numbered.line, length(numbered.street_number || street_words.word) + 1
        )
            as full_line,
        numbered.street_number || street_words.short_word
        || substr(
            numbered.line, length(numbered.street_number || street_words.word) + 1
        )
            as short_line
    from numbered
    left join {{ ref('street_words') }} as street_words
        on
            split_part(
                substr(numbered.line, length(numbered.street_number) + 1), ' ', 1
            )
            = street_words.word
),

fitted as (
    select
        raw_line,
        postal_box,
        complement,
        is_street,
        case
            when length(full_line) <= 38 then full_line
            else coalesce(short_line, line)
        end as line
    from typed
)

select * from fitted
