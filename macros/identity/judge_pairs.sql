{#-
    What refuses a pair, as identity_refusals.csv words it: a guard, where a sum of
    evidence cannot see, or lack of evidence; null when the two may be linked. A number
    that another system gave to one person overrules the guards. `scored_pairs` has the
    columns of compare_records and a score.
-#}
{% macro judge_pairs(scored_pairs) %}
with

pairs as (
    select
        scored_pairs.*,
        scored_pairs.is_left_nameless or scored_pairs.is_right_nameless
            as is_nameless,
        greatest(
            scored_pairs.email,
            scored_pairs.phone,
            scored_pairs.card,
            scored_pairs.document
        )
        = 5
            as shares_identifier,
        homes.has_twins,
        homes.has_namesakes
    from {{ scored_pairs }} as scored_pairs
    cross join {{ ref('int_homes') }} as homes
),

guarded as (
    select
        *,
        case
            when document >= 4 then null
            when birth_date = 1 and (first_name < 4 or has_namesakes)
                then 'birth dates conflict'
            when
                first_name = 1 and birth_date = 5 and card <> 5 and not is_initial_same
                and has_twins
                then 'twins'
            -- A date or a card outweighs another first name where that may be short for
            -- the first; a couple shares a card, and their children parts of a date.
            when
                first_name = 1 and (
                    is_gender_different
                    or birth_date < 3 and card <> 5
                    or birth_date < 5 and last_name >= 4 and not is_initial_same
                )
                then 'first names conflict'
            when
                first_name = 0 and greatest(birth_date, email, phone, card) < 3
                -- A company has none; its name has to be the same or nearly.
                and not (is_company and last_name >= 2)
                then 'no first name in a home'
            -- A company whose name is not the person's, and who works or lives there.
            when
                first_name = 0 and last_name = 1 and birth_date < 3 and card <> 5
                and not is_company and not is_nameless
                then 'no first name, another last name'
            when is_gender_different and first_name in (2, 3, 4) then 'sexes conflict'
            -- Of the many at one door, an office or a tower, some share a first name.
            when
                last_name = 1 and greatest(birth_date, email, phone, card) < 3
                and {{ shares_rule(16384) }}
                then 'another last name'
            when
                greatest(birth_date, email, phone, card, street, place) < 3
                and score < {{ var('identity_names_alone_threshold') }}
                then 'names alone'
        end as guard
    from pairs
)

select
    *,
    case
        when guard is not null then guard
        -- Nothing but the identifier is known, and nothing speaks against it.
        when
            is_nameless and shares_identifier and first_name <> 1 and last_name <> 1
            then null
        when score < {{ var('identity_match_threshold') }} then 'not enough evidence'
    end as first_refusal
from guarded
{% endmacro %}
