-- A run judges the pairs that were compared anew; all of them, when a rule has changed.
with

compared as (
    select * from {{ ref('int_compared_pairs') }}
    where {{ since_last_run(rules=ref('int_judging_rules')) }}
),

{% if is_incremental() %}
    kept as (
        select * from {{ this }}
        where
            not is_gone
            and (left_key, right_key) in (
                select
                    compared.left_key,
                    compared.right_key
                from compared
            )
    ),
{% endif %}

scored_pairs as (
    {{ score_pairs('compared') }}
),

judged_pairs as (
    {{ judge_pairs('scored_pairs') }}
),

-- What is worth showing.
shown_pairs as (
    select
        left_key,
        right_key,
        rules,
        pattern_key,
        first_name_bits,
        last_name_bits,
        is_left_nameless,
        is_right_nameless,
        score,
        first_refusal
    from judged_pairs
    where
        score >= {{ var('identity_review_threshold') }}
        or is_nameless and shares_identifier
)

select
    shown_pairs.*,
    false as is_gone,
    {{ run_time() }} as changed_at
from shown_pairs
{% if is_incremental() %}
    union all
    select
        kept.left_key,
        kept.right_key,
        kept.rules,
        kept.pattern_key,
        kept.first_name_bits,
        kept.last_name_bits,
        kept.is_left_nameless,
        kept.is_right_nameless,
        kept.score,
        kept.first_refusal,
        true as is_gone,
        {{ run_time() }} as changed_at
    from kept
    left join shown_pairs
        on
            kept.left_key = shown_pairs.left_key
            and kept.right_key = shown_pairs.right_key
    where shown_pairs.left_key is null
{% endif %}
