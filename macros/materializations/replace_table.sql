{#-
    The last step of a materialisation: build the table beside the old one, then swap, as dbt's
    own `table` does. Returns the relation.
-#}
{% macro replace_table(query) %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set intermediate_relation = make_intermediate_relation(target_relation) -%}
    {%- set backup_relation = make_backup_relation(
        target_relation, 'table' if existing_relation is none else existing_relation.type) -%}
    {% do drop_relation_if_exists(load_cached_relation(intermediate_relation)) %}
    {% do drop_relation_if_exists(load_cached_relation(backup_relation)) %}

    {% call statement('main') -%}
        {{ get_create_table_as_sql(False, intermediate_relation, query) }}
    {%- endcall %}
    {% if existing_relation is not none %}
        {% do adapter.rename_relation(existing_relation, backup_relation) %}
    {% endif %}
    {% do adapter.rename_relation(intermediate_relation, target_relation) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do apply_grants(target_relation, config.get('grants'), should_revoke=True) %}
    {% do persist_docs(target_relation, model) %}
    {% do adapter.commit() %}
    {% do drop_relation_if_exists(backup_relation) %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return(target_relation) }}
{% endmacro %}
