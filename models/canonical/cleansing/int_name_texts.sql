with

repaired as (

    select * from {{ ref('int_names_written') }}

),

-- the first words, as a title may have them: M., Mme, M. et Mme
led as (

    select
        raw_name,
        name_text,
        {{ extract_pattern('name_text', '^([A-Za-z]+[.]?) ') }} as first_word,
        {{ extract_pattern(
            'name_text', '^([A-Za-z]+[.]? ?(et|ou|and|&|/) ?[A-Za-z]+[.]?) '
        ) }} as couple
    from repaired

),

titled as (

    select
        led.raw_name,
        coalesce(couples.title, titles.title) as title,
        coalesce(couples.gender, titles.gender) as gender,
        case
            when couples.title is not null
                then substr(led.name_text, length(led.couple) + 2)
            when titles.title is not null
                then substr(led.name_text, length(led.first_word) + 2)
            else led.name_text
        end as name_text
    from led
    left join {{ ref('titles') }} as titles
        on {{ text_key('led.first_word') }} = titles.title_key and titles.is_name_prefix
    left join {{ ref('titles') }} as couples
        on {{ text_key("replace(replace(led.couple, '&', ' et '), '/', ' ')") }}
        = couples.title_key
        and couples.is_name_prefix

),

keyed as (

    select
        raw_name,
        title,
        gender,
        name_text,
        {{ text_key('name_text') }} as name_key
    from titled

)

select * from keyed
