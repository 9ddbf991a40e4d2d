with

unboxed as (
    select * from {{ ref('int_lines_unboxed') }}
),

-- INCONNUE is no street; N 12 RUE X is 12 RUE X
cleared as (
    select
        unboxed.raw_line,
        unboxed.postal_box,
        case
            when placeholders.name_key is not null then null
            when unboxed.line like 'N%'
                then {{ replace_pattern(
                    'unboxed.line', '^(N|NO|NUM|NUMERO) ([0-9])', '\\2'
                ) }}
            else unboxed.line
        end as line
    from unboxed
    left join {{ ref('name_placeholders') }} as placeholders
        on unboxed.line = placeholders.name_key
),

-- BAT B 12 RUE X
opened as (
    select
        *,
        case when left(line, 1) >= 'A' then {{ extract_pattern('line',
            '^([A-Z].{4,}) [0-9]+ ((BIS|TER|QUATER|[A-F]) )?(RUE|R|AVENUE|AVE?|'
            'BOULEVARD|BL?D|BVD|PLACE|PL|CHEMIN|CHE?|IMPASSE|IMP|ALLEES?|ALL|'
            'ROUTE|RTE|QUAI|COURS|SQUARE|SQ|PASSAGE|RUELLE|GRANDE RUE) '
        ) }} end as words_before
    from cleared
),

numbered as (
    select
        raw_line,
        postal_box,
        words_before,
        substr(line, coalesce(length(words_before) + 2, 1)) as line
    from opened
)

select * from numbered
