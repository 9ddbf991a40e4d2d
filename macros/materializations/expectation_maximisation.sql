{#-
    materialized='expectation_maximisation': the weights of Fellegi and Sunter (1969) learnt from
    the warehouse's own pairs, without a label. The model selects one row per pattern of levels,
    name_bits and attribute: pattern_key, name_bits, pair_count, attribute, level, m, u, all_pairs,
    record_count and is_weighed_by_frequency (pattern_key null for a level that no pair shows). The
    table holds one row per attribute and level: `m`, how often two records of one person show it;
    `u`, how often two strangers do; `weight`, tenths of bits; and one row `prior`.

    Each round gives every pattern the probability that its pairs are one person, then counts m
    again with these probabilities. Where frequency decides, what the very names say (name_bits)
    stands for u, as in a score: blocks of common names are left out, so that candidates who share
    a name are strangers less often than an average name says. u stays as it was counted: learnt as
    well, it drifts to households instead of people. The starting m weighs as much as
    `identity_prior_pairs` pairs, so that little data moves it little. The number of rounds is
    fixed, and weights are rounded: every engine comes to the same. The table is kept until
    `--full-refresh` learns it anew.
-#}
{% materialization expectation_maximisation, default %}
    {% if is_learned() %}
        {{ return({'relations': [keep_table()]}) }}
    {% endif %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% do create_scratch_table('patterns', sql) %}
    {% set patterns = scratch_table('patterns') %}
    {% do create_scratch_table('weights_0', '
        select
            attribute, level, min(m) as starting_m, min(m) as m, min(u) as u,
            max(record_count) / (2.0 * max(all_pairs)) as prior
        from ' ~ patterns ~ ' group by attribute, level') %}

    {% for round in range(1, var('identity_training_rounds') + 1) %}
        {% set weights = scratch_table('weights_' ~ (round - 1)) %}
        {% do create_scratch_table('matches', '
            select
                patterns.pattern_key,
                patterns.name_bits,
                max(patterns.all_pairs) as all_pairs,
                max(patterns.pair_count) / (1 + exp(least(500, -ln(max(weights.prior))
                    - max(patterns.name_bits) * ln(2) / 10 - sum(ln(cast(weights.m as double precision)
                    / case when patterns.is_weighed_by_frequency then 1 else weights.u end))))) as match_count
            from ' ~ patterns ~ ' as patterns
            inner join ' ~ weights ~ ' as weights
                on patterns.attribute = weights.attribute and patterns.level = weights.level
            where patterns.pattern_key is not null
            group by patterns.pattern_key, patterns.name_bits') %}
        {% do create_scratch_table('weights_' ~ round, '
            with counted as (
                select patterns.attribute, patterns.level, sum(matches.match_count) as match_count
                from ' ~ patterns ~ ' as patterns
                inner join ' ~ scratch_table('matches') ~ ' as matches
                    on patterns.pattern_key = matches.pattern_key
                    and patterns.name_bits = matches.name_bits
                group by patterns.attribute, patterns.level
            )
            select
                weights.attribute, weights.level, weights.starting_m, weights.u,
                (coalesce(counted.match_count, 0)
                    + ' ~ var('identity_prior_pairs') ~ ' * weights.starting_m)
                / (sum(coalesce(counted.match_count, 0)) over (partition by weights.attribute)
                    + ' ~ var('identity_prior_pairs') ~ ') as m,
                coalesce(
                    (select (1 + sum(match_count)) / max(all_pairs)
                    from ' ~ scratch_table('matches') ~ '),
                    weights.prior) as prior
            from ' ~ weights ~ ' as weights
            left join counted
                on weights.attribute = counted.attribute and weights.level = counted.level') %}
    {% endfor %}

    {% set weights = scratch_table('weights_' ~ var('identity_training_rounds')) %}
    {% set target_relation = replace_table("
        select
            attribute, level, m, u,
            cast(round(10 / ln(2) * ln(cast(m as double precision) / u)) as integer) as weight
        from " ~ weights ~ "
        union all
        select 'prior', 0, max(prior), 1 - max(prior),
            cast(round(10 / ln(2) * ln(max(prior))) as integer)
        from " ~ weights) %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
