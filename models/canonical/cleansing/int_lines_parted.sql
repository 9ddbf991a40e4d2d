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

-- BAT B 12 RUE X; 12 RUE X APT 3
surrounded as (
    select
        *,
        case when left(line, 1) >= 'A' then {{ extract_pattern('line',
            '^([A-Z].*) [0-9]+ ((BIS|TER|QUATER|[A-F]) )?(RUE|R|AVENUE|AVE?|'
            'BOULEVARD|BL?D|BVD|PLACE|PL|CHEMIN|CHE?|IMPASSE|IMP|ALLEES?|ALL|'
            'ROUTE|RTE|QUAI|COURS|SQUARE|SQ|PASSAGE|RUELLE|GRANDE RUE) '
        ) }} end as words_before,
        case when left(line, 1) < 'A' then {{ extract_pattern('line',
            ' ((APPARTEMENT|APPT?|APT|BATIMENT|BAT|ESCALIER|ESC|ETAGE|RESIDENCE|RES|'
            '[0-9]+ ?(ER|E|EME|IEME) ETAGE|IMMEUBLE|IMM|DIGICODE)( .*)?)$'
        ) }} end as words_after
    from cleared
),

streets as (
    select
        *,
        case
            when length(words_before) > 4 then substr(line, length(words_before) + 2)
            when words_after is not null
                then left(line, length(line) - length(words_after) - 1)
        end as street
    from surrounded
),

-- 12 RUE DU BAT D ARGENT is a street as it stands, 12 RESIDENCE DU PARC too
told as (
    select
        *,
        street like '% % %'
        and not {{ matches_pattern('street', ' (DU|DE|DES|D|LA|LE|LES|L)$') }}
            as is_parted
    from streets
),

parted as (
    select
        raw_line,
        postal_box,
        case when is_parted then street else line end as line,
        case when is_parted then coalesce(words_before, words_after) end as complement
    from told
)

select * from parted
