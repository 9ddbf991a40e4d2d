-- When a weight, a threshold or a guard's flag changes, every pair is judged again.
with

rules as (
    select
        'weights' as subject,
        {{ row_hash(['attribute', 'level', 'm', 'weight']) }} as rule_hash
    from {{ ref('int_weights') }}
    union all
    select
        'levels' as subject,
        {{ row_hash(['attribute', 'level', 'is_weighed_by_frequency']) }} as rule_hash
    from {{ ref('identity_comparison_levels') }}
    union all
    select
        'attributes' as subject,
        {{ row_hash(['attribute', 'pattern_unit']) }} as rule_hash
    from {{ ref('identity_attributes') }}
    union all
    select
        'homes' as subject,
        {{ row_hash(['has_twins', 'has_namesakes']) }} as rule_hash
    from {{ ref('int_homes') }}
    union all
    select
        'vars' as subject,
        {{ row_hash([
            var('identity_match_threshold'), var('identity_names_alone_threshold'),
            var('identity_review_threshold'), var('identity_surname_limit')
        ]) }} as rule_hash
),

told as (
    select
        subject,
        sum(rule_hash) as rules_hash
    from rules
    group by subject
)

select
    told.*,
    {{ run_time() }} as changed_at
from told
{% if is_incremental() %}
    left join {{ this }} as kept on told.subject = kept.subject
    where told.rules_hash is distinct from kept.rules_hash
{% endif %}
