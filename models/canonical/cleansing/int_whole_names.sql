with

words as (
    select * from {{ ref('int_whole_name_words') }}
),

couples as (
    select * from {{ ref('int_whole_couples') }}
),

judged as (
    select
        raw_name,
        case
            -- Dupont, Marie
            when comma_after < word_count then comma_after + 1
            -- Marie, and Durand, whom she married; not Dupont épouse Durand
            when word_count = 1 and first_given > first_family then -1
            when name_words < 2 then 0
            when
                capital_count between 1 and word_count - 1
                and last_capital = capital_count
                then capital_count + 1
            when
                capital_count between 1 and word_count - 1
                and first_capital = word_count - capital_count + 1
                then capital_count - word_count
            when begins_with_initial then -1
            when begins_with_particle and first_given < {{ var('first_name_bearers') }}
                then word_count
            when
                first_given >= {{ var('first_name_bearers') }}
                and first_given * (last_family + 5) >= last_given * (first_family + 5)
                then -1
            when last_given >= {{ var('first_name_bearers') }} then word_count
            -- Of names from elsewhere little is known: the first word is the given one
            -- unless it is a family name that hardly anybody has for a first one.
            when
                first_given * 10 >= first_family
                and first_given * (last_family + 5) >= last_given * (first_family + 5)
                then -1
            when last_given * 10 >= last_family then word_count
            else 0
        end as given_from
    from {{ ref('int_whole_name_shapes') }}
),

-- given names from that word on, or, below zero, up to it
parted as (
    select
        words.*,
        case
            when judged.given_from > 0 then words.position >= judged.given_from
            else words.position <= -judged.given_from or words.is_initial
        end as is_given
    from words
    inner join judged on words.raw_name = judged.raw_name
    left join couples on words.raw_name = couples.raw_name
    where judged.given_from <> 0 and couples.raw_name is null
),

split as (
    select
        raw_name,
        {{ join_texts('case when is_given then word end', ' ', 'position') }}
            as given_text,
        {{ join_texts('case when not is_given then word end', ' ', 'position') }}
            as family_text
    from parted
    group by raw_name
    union all
    -- a couple has no one first name
    select
        raw_name,
        null as given_text,
        family_text
    from couples
)

select * from split
