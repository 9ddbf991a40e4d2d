{#- What the engine needs before the first model: PostgreSQL's edit distance is an extension. -#}
{% macro prepare_engine() -%}
    {{ return(adapter.dispatch('prepare_engine')()) }}
{%- endmacro %}

{% macro default__prepare_engine() %}{% endmacro %}

{% macro postgres__prepare_engine() -%}
    create extension if not exists fuzzystrmatch
{%- endmacro %}
