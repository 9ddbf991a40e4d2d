-- depends_on: {{ ref('int_decisions_in_force') }}
-- depends_on: {{ ref('int_judged_pairs') }}
-- depends_on: {{ ref('int_nameless_pairs') }}
-- depends_on: {{ ref('int_previous_components') }}
-- A run solves anew the components, as the last one left them, of every record whose
-- links may differ now: no link leads out of them.
with

{% if is_incremental() %}
    components as (
        select * from {{ ref('int_previous_components') }}
    ),

    changed_pairs as (
        select
            pairs.left_key,
            pairs.right_key
        from {{ ref('int_judged_pairs') }} as pairs
        left join components as near on pairs.left_key = near.node_key
        left join components as far on pairs.right_key = far.node_key
        where
            {{ since_last_run('pairs.changed_at') }}
            -- A refused one is of no concern, unless it may have been linked.
            and (
                pairs.first_refusal is null
                or pairs.is_left_nameless
                or pairs.is_right_nameless
                or near.component_key = far.component_key
            )
        union all
        select
            left_key,
            right_key
        from {{ ref('int_decisions_in_force') }}
        where {{ since_last_run() }}
    ),

    changed as (
        select record_key from {{ ref('int_folded_records') }}
        where {{ since_last_run() }}
        union
        select left_key from changed_pairs
        union
        select right_key from changed_pairs
    ),

    touched as (
        select record_key from changed
        union
        select other_key from {{ ref('int_nameless_pairs') }}
        where node_key in (select changed.record_key from changed)
    ),
{% endif %}

affected as (
    {% if is_incremental() %}
        select record_key from touched
        union
        select members.node_key
        from touched
        inner join components as held on touched.record_key = held.node_key
        inner join components as members on held.component_key = members.component_key
    {% else %}
        select record_key from {{ ref('int_folded_records') }}
        union all
        -- gone since, and what the next models hold of it has to go
        select kept.record_key
        from {{ state_of('int_affected_records', {'record_key': 'bigint'}) }} as kept
        left join {{ ref('int_folded_records') }} as records
            on kept.record_key = records.record_key
        where records.record_key is null
    {% endif %}
)

select
    record_key,
    {{ run_time() }} as changed_at
from affected
