{#-
    materialized='connected_components': the model selects the edges of a graph, as two bigint
    columns `left_key` and `right_key`; the table holds one row per node: `node_key` and
    `component_key`, the smallest node of its component. A self loop makes a lone node appear.

    Randomised contraction (after Bögeholz, Brand, Todor 2020, "In-database connected component
    analysis"). Each round puts the nodes in another order, sends every node to the first among
    itself and its neighbours, and contracts. On average at most 3/4 of the nodes remain, whatever
    the graph: a chain takes no more rounds than a star. The order is that of the keys with the
    bits of a mask flipped, which for keys that are hashes is as good as drawn by lot, and is
    turned back by flipping them again. The masks are hashes of the round's number: the same graph
    takes the same rounds everywhere.
-#}
{% materialization connected_components, default %}
    {%- set walk = namespace(round=0, edges=1) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% do create_scratch_table('edges_0', sql) %}
    {% set all_edges = scratch_table('edges_0') %}
    {% do create_scratch_table('both_0', '
        select left_key, right_key from ' ~ all_edges ~ ' where left_key <> right_key
        union all
        select right_key, left_key from ' ~ all_edges ~ ' where left_key <> right_key') %}

    {% for _ in range(200) if walk.edges > 0 %}
        {% set walk.round = walk.round + 1 %}
        {% set mask = local_md5('round ' ~ walk.round)[:15] | int(base=16) %}
        {% set edges = scratch_table('both_' ~ (walk.round - 1)) %}
        {% set steps = scratch_table('steps_' ~ walk.round) %}
        {% do create_scratch_table('steps_' ~ walk.round, '
            select
                left_key as node_key,
                ' ~ flip_bits(
                    'least(' ~ flip_bits('left_key', mask)
                    ~ ', min(' ~ flip_bits('right_key', mask) ~ '))', mask) ~ ' as next_key
            from ' ~ edges ~ '
            group by left_key') %}
        {% do create_scratch_table('both_' ~ walk.round, '
            select distinct near.next_key as left_key, far.next_key as right_key
            from ' ~ edges ~ ' as edges
            inner join ' ~ steps ~ ' as near on edges.left_key = near.node_key
            inner join ' ~ steps ~ ' as far on edges.right_key = far.node_key
            where near.next_key <> far.next_key') %}
        {% do drop_scratch_table('both_' ~ (walk.round - 1)) %}
        {% set walk.edges = run_query('select count(*) from ' ~ scratch_table('both_' ~ walk.round))[0][0] %}
    {% endfor %}
    {% if walk.edges > 0 %}
        {{ exceptions.raise_compiler_error(model.name ~ ': edges are left after ' ~ walk.round ~ ' rounds') }}
    {% endif %}

    {#- Follow the steps from the last round back to the first. -#}
    {% do create_scratch_table('ends_' ~ (walk.round + 1), 'select left_key as node_key, left_key as next_key from ' ~ all_edges ~ ' where 1 = 0') %}
    {% for round in range(walk.round, 0, -1) %}
        {% do create_scratch_table('ends_' ~ round, '
            select steps.node_key, coalesce(ends.next_key, steps.next_key) as next_key
            from ' ~ scratch_table('steps_' ~ round) ~ ' as steps
            left join ' ~ scratch_table('ends_' ~ (round + 1)) ~ ' as ends
                on steps.next_key = ends.node_key') %}
    {% endfor %}

    {% set target_relation = replace_table('
        with

        ends as (
            select node_key, next_key from ' ~ scratch_table('ends_1') ~ '
        ),

        lone_nodes as (
            select distinct edges.left_key as node_key
            from ' ~ all_edges ~ ' as edges
            left join ends on edges.left_key = ends.node_key
            where edges.left_key = edges.right_key and ends.node_key is null
        ),

        components as (
            select next_key, min(node_key) as component_key from ends group by next_key
        )

        select ends.node_key, components.component_key
        from ends
        inner join components on ends.next_key = components.next_key
        union all
        select node_key, node_key as component_key from lone_nodes') %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
