{#-
    materialized='agreeing_components': like connected_components, but never with two nodes in one
    component that contradict each other. The model selects left_key, right_key, weight and
    is_conflict: links by weight, and pairs that may not meet (weight null). The table holds one
    row per node: node_key, component_key.

    The strongest links join first, and a link that would bring two contradicting nodes together
    does not join: what is cut is always the weakest link between them. Every round joins the
    pairs of components that are each other's strongest allowed neighbour, and with them whoever
    has one of them for its strongest neighbour and contradicts nobody with as strong a link: who
    has only weaker ones cannot have come there before. It comes to the same as taking the links
    one by one, but that links of one weight may be taken in another order. There are as many
    rounds as the longest run of rising weights, among links or among those who contradict each
    other; a star whose leaves contradict in pairs takes one. A node that no link may join to
    another any more has its component: its contradictions are forgotten, so that the later rounds
    are about few.
-#}
{% materialization agreeing_components, default %}
    {%- set walk = namespace(round=0, links=1) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% do create_scratch_table('all_pairs', sql) %}
    {% do create_scratch_table('ends_0', '
        select left_key as node_key, left_key as component_key
        from ' ~ scratch_table('all_pairs') ~ '
        union
        select right_key, right_key from ' ~ scratch_table('all_pairs')) %}
    {% do create_scratch_table('pairs_0', open_pairs('select * from ' ~ scratch_table('all_pairs'))) %}
    {% do drop_scratch_table('all_pairs') %}

    {% for _ in range(10000) if walk.links > 0 %}
        {% set walk.round = walk.round + 1 %}
        {% set pairs = scratch_table('pairs_' ~ (walk.round - 1) % 2) %}
        {% set ends = scratch_table('ends_' ~ (walk.round - 1) % 2) %}
        {% set merges = scratch_table('merges') %}
        {% set best = scratch_table('best') %}
        {#- A table of its own: of a filtered window PostgreSQL expects next to nothing, and loops. -#}
        {% do create_scratch_table('best', '
            with ranked as (
                select
                    node_key, other_key, weight, left_key, right_key,
                    row_number() over (
                        partition by node_key order by weight desc, left_key, right_key
                    ) as place
                from (
                    select left_key as node_key, right_key as other_key, pairs.*
                    from ' ~ pairs ~ ' as pairs
                    union all
                    select right_key, left_key, pairs.*
                    from ' ~ pairs ~ ' as pairs
                ) as both_ways
                where not is_conflict
            )
            select node_key, other_key, weight, left_key, right_key from ranked where place = 1') %}
        {% do create_scratch_table('merges', '
            with mutual as (
                select near.node_key, least(near.node_key, near.other_key) as into_key
                from ' ~ best ~ ' as near
                inner join ' ~ best ~ ' as far
                    on near.node_key = far.other_key and near.other_key = far.node_key
            ),
            busy as (
                select node_key from mutual
                union
                select
                    case
                        when (near.weight, far.left_key, far.right_key)
                            <= (far.weight, near.left_key, near.right_key)
                            then near.node_key
                        else far.node_key
                    end
                from ' ~ pairs ~ ' as pairs
                inner join ' ~ best ~ ' as near on pairs.left_key = near.node_key
                inner join ' ~ best ~ ' as far on pairs.right_key = far.node_key
                where pairs.is_conflict
            )
            select into_key, node_key as from_key from mutual where node_key <> into_key
            union all
            select mutual.into_key, best.node_key as from_key
            from ' ~ best ~ ' as best
            inner join mutual on best.other_key = mutual.node_key
            left join busy on best.node_key = busy.node_key
            where busy.node_key is null') %}
        {% do create_scratch_table('ends_' ~ walk.round % 2, '
            select ends.node_key, coalesce(merges.into_key, ends.component_key) as component_key
            from ' ~ ends ~ ' as ends
            left join ' ~ merges ~ ' as merges on ends.component_key = merges.from_key') %}
        {% do create_scratch_table('pairs_' ~ walk.round % 2, open_pairs('
            select
                coalesce(near.into_key, pairs.left_key) as left_key,
                coalesce(far.into_key, pairs.right_key) as right_key,
                pairs.weight,
                pairs.is_conflict
            from ' ~ pairs ~ ' as pairs
            left join ' ~ merges ~ ' as near on pairs.left_key = near.from_key
            left join ' ~ merges ~ ' as far on pairs.right_key = far.from_key')) %}
        {% set walk.links = run_query('select count(*) from ' ~ scratch_table('pairs_' ~ walk.round % 2))[0][0] %}
    {% endfor %}
    {% if walk.links > 0 %}
        {{ exceptions.raise_compiler_error(model.name ~ ': links still join after ' ~ walk.round ~ ' rounds') }}
    {% endif %}

    {% set target_relation = put_rows(
        'select node_key, min(node_key) over (partition by component_key) as component_key
        from ' ~ scratch_table('ends_' ~ walk.round % 2)) %}
    {#- Or they count against DuckDB's memory until the connection ends. -#}
    {% for name in ['best', 'merges', 'pairs_0', 'pairs_1', 'ends_0', 'ends_1'] %}
        {% do drop_scratch_table(name) %}
    {% endfor %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- The links that may still join, and what contradicts between nodes that they reach. -#}
{% macro open_pairs(pairs) %}
    with judged as (
        select
            least(left_key, right_key) as left_key,
            greatest(left_key, right_key) as right_key,
            max(weight) as weight,
            max(case when is_conflict then 1 else 0 end) = 1 as is_conflict
        from ({{ pairs }}) as pairs
        where left_key <> right_key
        group by least(left_key, right_key), greatest(left_key, right_key)
    ),
    reached as (
        select left_key as node_key from judged where not is_conflict
        union
        select right_key from judged where not is_conflict
    )
    select judged.left_key, judged.right_key, judged.weight, judged.is_conflict
    from judged
    inner join reached as near on judged.left_key = near.node_key
    inner join reached as far on judged.right_key = far.node_key
{% endmacro %}
