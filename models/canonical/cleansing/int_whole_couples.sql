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
        and firsts.first_name_per_million >= 20
        and seconds.first_name_per_million >= 20
    group by joints.raw_name, joints.position
),

families as (
    select
        words.raw_name,
        {{ join_texts('words.word', ' ', 'words.position') }} as family_text
    from words
    inner join couples
        on
            words.raw_name = couples.raw_name
            and words.position
            not between couples.joined_at - 1 and couples.given_until
    group by words.raw_name
)

select * from families
