{#-
    materialized='connected_components': the model selects the edges of a graph, as two bigint
    columns `left_key` and `right_key`; the table holds one row per node: `node_key` and
    `component_key`, the smallest node of its component. A self loop makes a lone node appear.
    With a `part_key` only the rows of affected records are replaced (see part.sql).

    Randomised contraction (after Bögeholz, Brand, Todor 2020, "In-database connected component
    analysis"). Each round puts the nodes in another order, sends every node to the first among
    itself and its neighbours, and contracts. On average at most 3/4 of the nodes remain, whatever
    the graph: a chain takes no more rounds than a star. The order is that of the keys with the
    bits of a mask flipped, which for keys that are hashes is as good as drawn by lot, and is
    turned back by flipping them again. The masks are hashes of the round's number: the same graph
    takes the same rounds everywhere. Edges go from the first to the second in the round's order,
    so that half the ends need looking at. The first round takes the keys as they are: what it
    ends has its smallest node already, and in a graph of people that is nearly everything.
-#}
{% materialization connected_components, default %}
    {%- set walk = namespace(round=0, edges=1, mask=0) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% do create_scratch_table('edges_0', '
        select least(left_key, right_key) as left_key, greatest(left_key, right_key) as right_key
        from (' ~ sql ~ ') as graph') %}

    {% for _ in range(200) if walk.edges > 0 %}
        {% set walk.round = walk.round + 1 %}
        {% set next_mask = local_md5('round ' ~ (walk.round + 1))[:15] | int(base=16) %}
        {% set edges = scratch_table('edges_' ~ (walk.round - 1)) %}
        {% set steps = scratch_table('steps_' ~ walk.round) %}
        {% do create_scratch_table('steps_' ~ walk.round, '
            select
                ' ~ flip_bits('node_key', walk.mask) ~ ' as node_key,
                ' ~ flip_bits('min(next_key)', walk.mask) ~ ' as next_key
            from (
                select right_key as node_key, left_key as next_key from ' ~ edges ~ '
                union all
                select left_key, left_key from ' ~ edges ~ '
            ) as neighbours
            group by node_key') %}
        {% do create_scratch_table('edges_' ~ walk.round, '
            with contracted as (
                select
                    ' ~ flip_bits('coalesce(near.next_key, ' ~ flip_bits('edges.left_key', walk.mask) ~ ')', next_mask) ~ ' as left_key,
                    ' ~ flip_bits('far.next_key', next_mask) ~ ' as right_key
                from ' ~ edges ~ ' as edges
                -- an edge goes to a node that moves; the one it comes from may stay
                left join ' ~ steps ~ ' as near
                    on ' ~ flip_bits('edges.left_key', walk.mask) ~ ' = near.node_key
                    and near.next_key <> near.node_key
                inner join ' ~ steps ~ ' as far
                    on ' ~ flip_bits('edges.right_key', walk.mask) ~ ' = far.node_key
                    and far.next_key <> far.node_key
            )
            select distinct
                least(left_key, right_key) as left_key, greatest(left_key, right_key) as right_key
            from contracted
            where left_key <> right_key') %}
        {% do drop_scratch_table('edges_' ~ (walk.round - 1)) %}
        {% set walk.mask = next_mask %}
        {% set walk.edges = run_query('select count(*) from ' ~ scratch_table('edges_' ~ walk.round))[0][0] %}
    {% endfor %}
    {% if walk.edges > 0 %}
        {{ exceptions.raise_compiler_error(model.name ~ ': edges are left after ' ~ walk.round ~ ' rounds') }}
    {% endif %}

    {#- Follow the steps from the last round back to the first. -#}
    {% do create_scratch_table('ends_' ~ (walk.round + 1), '
        select node_key, next_key from ' ~ scratch_table('steps_1') ~ ' where 1 = 0') %}
    {% for round in range(walk.round, 1, -1) %}
        {% do create_scratch_table('ends_' ~ round, '
            select steps.node_key, coalesce(ends.next_key, steps.next_key) as next_key
            from ' ~ scratch_table('steps_' ~ round) ~ ' as steps
            left join ' ~ scratch_table('ends_' ~ (round + 1)) ~ ' as ends
                on steps.next_key = ends.node_key') %}
    {% endfor %}

    {% set target_relation = put_rows('
        with

        ends as (
            select
                node_key,
                min(node_key) over (partition by next_key) as component_key
            from ' ~ scratch_table('ends_2') ~ '
        )

        select steps.node_key, coalesce(ends.component_key, steps.next_key) as component_key
        from ' ~ scratch_table('steps_1') ~ ' as steps
        left join ends on steps.next_key = ends.node_key') %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
