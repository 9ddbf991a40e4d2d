{#- The rules of a group of rows as one number, each counted once. -#}
{% macro sum_rules(rule) -%}
    {{ return(adapter.dispatch('sum_rules')(rule)) }}
{%- endmacro %}

{% macro default__sum_rules(rule) %}
    {{ exceptions.raise_compiler_error('sum_rules is not written for this engine') }}
{% endmacro %}

{% macro duckdb__sum_rules(rule) -%}
    cast(bit_or({{ rule }}) as integer)
{%- endmacro %}

{% macro postgres__sum_rules(rule) -%}
    cast(bit_or({{ rule }}) as integer)
{%- endmacro %}
