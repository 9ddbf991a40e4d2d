-- Two records that people decided to be distinct must not be one customer by what they
-- decided of others. What is named here has to be decided anew, or withdrawn.
{% set contradictions %}
with

overrides as (
    select
        overrides.*,
        near.component_key as left_group,
        far.component_key as right_group,
        overrides.left_record_id || ' / ' || overrides.right_record_id
        || ' (' || overrides.origin || ', ' || overrides.author || ')' as name
    from {{ ref('int_overrides') }} as overrides
    inner join {{ ref('int_decided_groups') }} as near
        on overrides.left_key = near.node_key
    inner join {{ ref('int_decided_groups') }} as far
        on overrides.right_key = far.node_key
    where overrides.is_in_force
)

select
    'distinct ' || apart.name || ' against match '
    || {{ join_texts('matches.name', ', match ', 'matches.name') }} as contradiction
from overrides as apart
inner join overrides as matches
    on apart.left_group = matches.left_group and matches.decision = 'match'
where apart.decision = 'distinct' and apart.left_group = apart.right_group
group by apart.name
order by apart.name
{% endset %}
{{ name_failures('Overrides contradict each other', contradictions) }}
