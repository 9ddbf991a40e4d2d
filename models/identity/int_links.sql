-- A record without a name, or with an initial for one, keeps its best link only: it
-- never bridges two people.
with

judged_pairs as (
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
    from {{ ref('int_judged_pairs') }}
),

nameless_ends as (
    select
        left_key as node_key,
        right_key as other_key,
        score,
        is_right_nameless as is_worse
    from judged_pairs
    where is_left_nameless and first_refusal is null
    union all
    select
        right_key as node_key,
        left_key as other_key,
        score,
        is_left_nameless as is_worse
    from judged_pairs
    where is_right_nameless and first_refusal is null
),

ranked_ends as (
    select
        node_key,
        other_key,
        row_number() over (
            partition by node_key
            order by
                score desc,
                case when is_worse then 1 else 0 end asc,
                other_key asc
        ) as place
    from nameless_ends
),

best_links as (
    select distinct
        least(node_key, other_key) as left_key,
        greatest(node_key, other_key) as right_key
    from ranked_ends
    where place = 1
)

select
    judged_pairs.*,
    case
        when judged_pairs.first_refusal is not null then judged_pairs.first_refusal
        when
            (judged_pairs.is_left_nameless or judged_pairs.is_right_nameless)
            and best_links.left_key is null
            then 'no name, not its best link'
    end as refusal
from judged_pairs
left join best_links
    on
        judged_pairs.left_key = best_links.left_key
        and judged_pairs.right_key = best_links.right_key
