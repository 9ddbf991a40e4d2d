{#-
    Scratch tables of a materialisation that works in rounds: temporary, so that they are not
    logged, and analysed where the planner needs it. Named after the model, since models build
    side by side.
-#}
{% macro scratch_table(name) -%}
    {{ this.identifier }}__{{ name }}
{%- endmacro %}

{% macro create_scratch_table(name, query) %}
    {{ return(adapter.dispatch('create_scratch_table')(scratch_table(name), query)) }}
{% endmacro %}

{% macro default__create_scratch_table(table, query) %}
    {{ exceptions.raise_compiler_error('create_scratch_table is not written for this engine') }}
{% endmacro %}

{% macro duckdb__create_scratch_table(table, query) %}
    {% do run_query('create or replace temporary table ' ~ table ~ ' as ' ~ query) %}
{% endmacro %}

{% macro postgres__create_scratch_table(table, query) %}
    {% do run_query('drop table if exists pg_temp.' ~ table) %}
    {% do run_query('create temporary table ' ~ table ~ ' as ' ~ query) %}
    {% do run_query('analyze pg_temp.' ~ table) %}
{% endmacro %}

{% macro drop_scratch_table(name) %}
    {% do run_query('drop table if exists ' ~ scratch_table(name)) %}
{% endmacro %}
