with

texts as (
    select * from {{ ref('int_name_texts') }}
),

-- DUPONT épouse MARTIN, DUPONT ép. MARTIN, MARTIN née DUPONT
married as (
    select
        raw_name,
        case
            when name_text like '% %' and {{ matches_pattern(
                'lower(' ~ strip_accents('name_text') ~ ')',
                '[ (,](epouse|epse|ep|vve|veuve|nee|ne)[.]? '
            ) }}
                then {{ replace_pattern(replace_pattern(
                    'name_text',
                    '[ ,]*[ (,]([EÉeé][Pp][Oo][Uu][Ss][EÉeé]|[EÉeé][Pp][Ss][EÉeé]|[EÉeé][Pp]|[Vv][Vv][EÉeé]|[Vv][Ee][Uu][Vv][EÉeé])[.]? +', '>'),
                    '[ ,]*[ (,][Nn][EÉeé][EÉeé]?[.]? +', '<'
                ) }}
            -- Martin (Durand), Marie (VIP): what stands in brackets is a remark
            when name_text like '_%(%'
                then {{ replace_pattern('name_text', ' *[(][^()]*([)]|$)', '') }}
            else name_text
        end as name_text
    from texts
),

parted as (
    select
        raw_name,
        rtrim(case
            when name_text like '%>%' then split_part(name_text, '>', 2)
            else split_part(name_text, '<', 1)
        end, ' ).,-')
        -- M.-C., J.P.
        || case when name_text like '%-_.' or name_text like '%._.' then '.' else '' end
            as family_text,
        rtrim(case
            when name_text like '%>%' then split_part(name_text, '>', 1)
            when name_text like '%<%' then split_part(name_text, '<', 2)
        end, ' ).,-') as birth_text,
        coalesce(name_text like '%>%', false) as is_married
    from married
)

select * from parted
