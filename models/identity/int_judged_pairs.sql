{{ config(materialized='view') }}
with

judged_pairs as (
    {{ judge_pairs(ref('int_scored_pairs')) }}
)

select * from judged_pairs
where
    score >= {{ var('identity_review_threshold') }}
    or is_nameless and shares_identifier
