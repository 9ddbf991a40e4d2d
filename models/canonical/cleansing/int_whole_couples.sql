with

words as (
    select * from {{ ref('int_whole_name_words') }}
),

-- Jean et Marie Dupont, DUPONT Jean & Marie, Jean et Mme Marie Dupont
couples as (
    select
        joints.raw_name,
        joints.position as joined_at,
        min(seconds.position) as given_until
    from words as joints
    inner join words as firsts
        on
            joints.raw_name = firsts.raw_name
            and joints.position = firsts.position + 1
    inner join words as seconds
        on
            joints.raw_name = seconds.raw_name
            and seconds.position - joints.position between 1 and 2
    where
        (joints.word_key in ('ET', 'OU', 'AND') or joints.word in ('&', '+'))
        and firsts.first_name_per_million >= {{ var('first_name_bearers') }}
        and seconds.first_name_per_million >= {{ var('first_name_bearers') }}
    group by joints.raw_name, joints.position
),

-- what no couple takes, nor Jean of Jean Pierre et Marie Petit: a family follows
family_words as (
    select
        words.raw_name,
        words.position,
        words.word
    from words
    inner join couples on words.raw_name = couples.raw_name
    group by words.raw_name, words.position, words.word
    having
        max(case
            when
                words.position between couples.joined_at - 1 and couples.given_until
                or words.position < couples.joined_at
                and words.first_name_per_million > words.last_name_per_million
                and words.word_count > couples.given_until
                then 1
            else 0
        end) = 0
),

families as (
    select
        raw_name,
        {{ join_texts('word', ' ', 'position') }} as family_text
    from family_words
    group by raw_name
)

select * from families
