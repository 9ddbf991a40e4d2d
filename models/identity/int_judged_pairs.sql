{{ config(materialized='view') }}
-- A guard refuses what a sum of evidence cannot see. A number that another system gave
-- to one person overrules the guards.
with

scored_pairs as (
    select * from {{ ref('int_scored_pairs') }}
),

homes as (
    select * from {{ ref('int_homes') }}
),

pairs as (
    select
        scored_pairs.*,
        homes.has_twins,
        homes.has_namesakes
    from scored_pairs
    cross join homes
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
            when
                first_name = 1 and birth_date < 3 and card <> 5
                then 'first names conflict'
            when
                first_name = 0 and greatest(birth_date, email, phone, card) < 3
                -- A company has none; its name has to be the same or nearly.
                and not (is_company and last_name >= 2)
                then 'no first name in a home'
            when is_gender_different and first_name in (2, 3, 4) then 'sexes conflict'
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
where
    score >= {{ var('identity_review_threshold') }}
    or is_nameless and shares_identifier
