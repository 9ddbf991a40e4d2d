-- A guard refuses what a sum of evidence cannot see. A number that another system gave to one
-- person overrules the guards.
with

guarded as (
    select
        pairs.*,
        case
            when document >= 4 then null
            when birth_date = 1 and (first_name < 4 or homes.has_namesakes)
                then 'birth dates conflict'
            when
                first_name = 1 and birth_date = 5 and card <> 5 and not is_initial_same
                and homes.has_twins
                then 'twins'
            when first_name = 1 and birth_date < 3 and card <> 5 then 'first names conflict'
            when first_name = 0 and greatest(birth_date, email, phone, card) < 3
                then 'no first name in a home'
            when is_gender_different and first_name in (2, 3, 4) then 'sexes conflict'
            when
                greatest(birth_date, email, phone, card, street, place) < 3
                and score < {{ var('identity_names_alone_threshold') }}
                then 'names alone'
        end as guard
    from {{ ref('int_scored_pairs') }} as pairs
    cross join {{ ref('int_homes') }} as homes
),

judged as (
    select
        *,
        case
            when guard is not null then guard
            -- Nothing but the identifier is known, and nothing speaks against it.
            when is_nameless and shares_identifier and first_name <> 1 and last_name <> 1
                then null
            when score < {{ var('identity_match_threshold') }} then 'not enough evidence'
        end as first_refusal
    from guarded
    where
        score >= {{ var('identity_review_threshold') }}
        or is_nameless and shares_identifier
),

nameless_ends as (
    select left_key as node_key, right_key as other_key, score, is_right_nameless as is_worse
    from judged
    where is_left_nameless and first_refusal is null
    union all
    select right_key as node_key, left_key as other_key, score, is_left_nameless as is_worse
    from judged
    where is_right_nameless and first_refusal is null
),

-- A record without a name keeps its best link only, so that it never bridges two people.
best_links as (
    select distinct
        least(node_key, other_key) as left_key,
        greatest(node_key, other_key) as right_key
    from (
        select
            node_key,
            other_key,
            row_number() over (
                partition by node_key
                order by score desc, case when is_worse then 1 else 0 end, other_key
            ) as place
        from nameless_ends
    ) as ranked
    where place = 1
)

select
    judged.*,
    case
        when judged.first_refusal is not null then judged.first_refusal
        when judged.is_nameless and best_links.left_key is null
            then 'no name, not its best link'
    end as refusal
from judged
left join best_links
    on judged.left_key = best_links.left_key and judged.right_key = best_links.right_key
