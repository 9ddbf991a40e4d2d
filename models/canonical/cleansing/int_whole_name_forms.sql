with

wholes as (
    select
        raw_name,
        {{ display_name('given_text') }} as given_text,
        {{ display_name('family_text') }} as family_text
    from {{ ref('int_whole_names') }}
),

texts as (
    select * from {{ ref('int_name_texts') }}
),

-- Marie Dupont épouse Martin
married as (
    select
        raw_name,
        {{ display_name('family_text') }} as family_text
    from {{ ref('int_married_names') }}
    where is_married
),

forms as (
    select
        wholes.raw_name,
        -- M. et Mme Jean Dupont is no one person's first name
        case
            when coalesce(texts.title, '') not in ('M. et Mme', 'Famille')
                then wholes.given_text
        end as first_name,
        {{ family_name('coalesce(married.family_text, wholes.family_text)') }}
            as last_name,
        case
            when married.raw_name is not null
                then {{ family_name('wholes.family_text') }}
        end as birth_name
    from wholes
    inner join texts on wholes.raw_name = texts.raw_name
    left join married on wholes.raw_name = married.raw_name
)

select * from forms
