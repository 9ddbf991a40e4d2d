with

opened as (
    select * from {{ ref('int_lines_opened') }}
),

-- 12 RUE X APT 3; 5 RUE VIEUX ESCALIER ends in its own name
closed as (
    select
        *,
        case when left(line, 1) < 'A' then {{ extract_pattern('line',
            ' ((APPARTEMENT|APPT?|APT|BATIMENT|BAT|[0-9]+ ?(ER|E|EME|IEME) ETAGE|ETAGE|'
            'DIGICODE)( .*)?|(ESCALIER|ESC|RESIDENCE|RES|IMMEUBLE|IMM) .*)$'
        ) }} end as words_after
    from opened
),

streets as (
    select
        *,
        left(line, length(line) - length(words_after) - 1) as street
    from closed
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
        case
            when is_parted then coalesce(words_before || ' ', '') || words_after
            else words_before
        end as complement
    from told
)

select * from parted
