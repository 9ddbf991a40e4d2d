{{ config(materialized='view') }}
-- A record without a name, or with an initial for one, keeps its best link only, and a
-- company its best contact: it never bridges two people.
with

ranked_ends as (
    select
        node_key,
        other_key,
        row_number() over (
            partition by node_key
            order by
                score desc,
                case when is_other_nameless then 1 else 0 end asc,
                other_key asc
        ) as place
    from {{ ref('int_nameless_pairs') }}
    where is_nameless and first_refusal is null
),

best_links as (
    select distinct
        least(node_key, other_key) as left_key,
        greatest(node_key, other_key) as right_key
    from ranked_ends
    where place = 1
)

select
    judged_pairs.left_key,
    judged_pairs.right_key,
    judged_pairs.rules,
    judged_pairs.pattern_key,
    judged_pairs.first_name_bits,
    judged_pairs.last_name_bits,
    judged_pairs.is_left_nameless,
    judged_pairs.is_right_nameless,
    judged_pairs.score,
    judged_pairs.first_refusal,
    case
        when judged_pairs.first_refusal is not null then judged_pairs.first_refusal
        when
            (judged_pairs.is_left_nameless or judged_pairs.is_right_nameless)
            and best_links.left_key is null
            then 'no name, not its best link'
    end as refusal
from {{ ref('int_judged_pairs') }} as judged_pairs
left join best_links
    on
        judged_pairs.left_key = best_links.left_key
        and judged_pairs.right_key = best_links.right_key
where not judged_pairs.is_gone
