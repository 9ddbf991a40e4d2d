with

lines_typed as (
    select * from {{ ref('int_lines_typed') }}
),

-- NF Z10-011: words are abbreviated from the left, no more than needed, never the last
words as (
    select
        lines_typed.raw_line,
        words.word,
        words.position,
        abbreviations.short_word,
        length(lines_typed.line) - 38 as excess,
        sum(coalesce(length(words.word) - length(abbreviations.short_word), 0))
            over (
                partition by lines_typed.raw_line
                order by words.position
                rows between unbounded preceding and current row
            )
        - coalesce(length(words.word) - length(abbreviations.short_word), 0)
            as saved_before
    from lines_typed
    cross join {{ split_words('lines_typed.line', 'words') }}
    left join {{ ref('address_abbreviations') }} as abbreviations
        on
            case
                when lines_typed.line not like '% ' || words.word then words.word
            end = abbreviations.word
    where length(lines_typed.line) > 38
),

shortened as (
    select
        raw_line,
        {{ join_texts(
            'case when saved_before < excess then coalesce(short_word, word) else word end',
            ' ', 'position'
        ) }} as line
    from words
    group by raw_line
),

fitted as (
    select
        lines_typed.raw_line,
        lines_typed.postal_box,
        lines_typed.complement,
        lines_typed.is_street,
        coalesce(shortened.line, lines_typed.line) as line
    from lines_typed
    left join shortened on lines_typed.raw_line = shortened.raw_line
)

select * from fitted
