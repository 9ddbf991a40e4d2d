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
        min(case when is_before_comma then position end) as comma_after,
        sum(case when position = 1 then first_name_per_million end) as first_given,
        sum(case when position = 1 then last_name_per_million end) as first_family,
        sum(case when position = word_count then first_name_per_million end)
            as last_given,
        sum(case when position = word_count then last_name_per_million end)
            as last_family,
        max(case when position = 1 and is_particle then 1 else 0 end) = 1
            as begins_with_particle,
        max(case
            when position = 1 and {{ matches_pattern('word_key', '^[A-Z]$') }} then 1
            else 0
        end) = 1 as begins_with_initial,
        -- Dupont M. is not told; J. Dupont is
        sum(case
            when is_particle or length(word_key) = 1 and position = word_count then 0
            else 1
        end) as name_words
    from words
    group by raw_name, word_count
)

select * from seen
