with

repaired as (
    select * from {{ ref('int_names_written') }}
),

-- the first words, as a title may have them: M., M.et Mme, Mme Vve, Mme le Docteur
led as (
    select
        *,
        {{ extract_pattern('name_text', '^([^ .]+[.]?[a-z]*) ') }} as first_word,
        {{ extract_pattern(
            "name_text || ' '",
            '(?i)^([^ .&/]+[.]?( ?(et|ou|and|&|/) ?| (l[ea] )?)[^ .&/]+[.]?) '
        ) }} as couple
    from repaired
),

titled as (
    select
        led.raw_name,
        led.company_text,
        coalesce(couples.title, titles.title) as title,
        case when couples.title is not null then couples.gender else titles.gender end
            as gender,
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
        on
            case
                when
                    titles.title is not null
                    or {{ matches_pattern('led.couple', '(?i)[&/]|[ .](et|ou|and) ') }}
                    then {{ text_key(
                        "replace(replace(led.couple, '&', ' et '), '/', ' ')") }}
            end = couples.title_key
            and couples.is_name_prefix
),

keyed as (
    select
        raw_name,
        company_text,
        title,
        gender,
        name_text,
        {{ text_key('name_text') }} as name_key
    from titled
),

-- a title alone in the field of a name; one letter is an initial
told as (
    select
        keyed.raw_name,
        keyed.company_text,
        keyed.name_text,
        keyed.name_key,
        coalesce(keyed.title, alone.title) as title,
        coalesce(keyed.gender, alone.gender) as gender,
        alone.title is not null or keyed.name_key is null and keyed.title is not null
            as is_title
    from keyed
    left join {{ ref('titles') }} as alone
        on
            case
                when keyed.title is null and length(keyed.name_key) > 1
                    then keyed.name_key
            end = alone.title_key
            and alone.is_name_prefix
)

select * from told
