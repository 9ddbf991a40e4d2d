with

words as (

    select * from {{ ref('int_whole_name_words') }}

),

-- DUPONT Marie: capitals on one side only; else, what the first and the last word are
seen as (

    select
        raw_name,
        word_count,
        sum(case when is_capitals then 1 else 0 end) as capital_count,
        max(case when is_capitals then position else 0 end) as last_capital,
        min(case when is_capitals then position else word_count + 1 end)
            as first_capital,
        sum(case when position = 1 then first_name_per_million end) as first_given,
        sum(case when position = 1 then last_name_per_million end) as first_family,
        sum(case when position = word_count then first_name_per_million end) as last_given,
        sum(case when position = word_count then last_name_per_million end) as last_family,
        -- Le Marie, Saint Martin, Ben Ahmed are family names whole
        sum(case when length(word_key) > 3 and word_key <> 'SAINT' then 1 else 0 end)
            as long_words
    from words
    group by raw_name, word_count

),

judged as (

    select
        raw_name,
        case
            when long_words < 2 then 0
            when capital_count between 1 and word_count - 1
                and last_capital = capital_count
                then capital_count + 1
            when capital_count between 1 and word_count - 1
                and first_capital = word_count - capital_count + 1
                then capital_count - word_count
            when
                first_given >= 20
                and first_given * (last_family + 5) >= last_given * (first_family + 5)
                then -1
            when last_given >= 20 then word_count
            else 0
        end as given_from
    from seen

),

-- given names from that word on, or, below zero, up to it
split as (

    select
        words.raw_name,
        string_agg(
            case
                when judged.given_from > 0 and words.position >= judged.given_from
                    or words.position <= -judged.given_from
                    then words.word
            end, ' ' order by words.position
        ) as given_text,
        string_agg(
            case
                when judged.given_from > 0 and words.position < judged.given_from
                    or judged.given_from < 0 and words.position > -judged.given_from
                    then words.word
            end, ' ' order by words.position
        ) as family_text
    from words
    inner join judged on words.raw_name = judged.raw_name
    where judged.given_from <> 0
    group by words.raw_name

)

select * from split
