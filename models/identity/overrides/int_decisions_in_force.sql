with

decisions as (
    select
        left_key,
        right_key,
        -- Of two that contradict each other the cautious one, until the build's test
        -- has stopped it.
        min(decision) as decision,
        count(distinct decision) as decision_count
    from {{ ref('int_overrides') }}
    where is_in_force
    group by left_key, right_key
)

{% if not is_incremental() %}
    select
        decisions.*,
        {{ run_time() }} as changed_at
    from decisions
{% else %}
    -- One that is no more stays as an empty mark.
    select
        coalesce(decisions.left_key, kept.left_key) as left_key,
        coalesce(decisions.right_key, kept.right_key) as right_key,
        decisions.decision,
        decisions.decision_count,
        {{ run_time() }} as changed_at
    from decisions
    full outer join {{ this }} as kept
        on decisions.left_key = kept.left_key and decisions.right_key = kept.right_key
    where
        decisions.decision is distinct from kept.decision
        or decisions.decision_count is distinct from kept.decision_count
{% endif %}
