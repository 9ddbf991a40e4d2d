{#-
    materialized='learned': a table that is built once and kept, as what the warehouse has learnt
    from its own data, until `--full-refresh` learns it anew.
-#}
{% materialization learned, default %}
    {% if is_learned() %}
        {{ return({'relations': [keep_table()]}) }}
    {% endif %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {{ return({'relations': [replace_table(sql)]}) }}
{% endmaterialization %}

{% macro is_learned() %}
    {{ return(load_cached_relation(this) is not none and not should_full_refresh()) }}
{% endmacro %}

{% macro keep_table() %}
    {% call noop_statement('main', 'KEPT') %}{% endcall %}
    {{ return(this.incorporate(type='table')) }}
{% endmacro %}
