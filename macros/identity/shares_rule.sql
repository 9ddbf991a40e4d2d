{#- Whether one of the rules that found a pair is this one: rules are bits of their sum. -#}
{% macro shares_rule(rule, rules='rules') -%}
    {{ return(adapter.dispatch('shares_rule')(rule, rules)) }}
{%- endmacro %}

{% macro default__shares_rule(rule, rules) %}
    {{ exceptions.raise_compiler_error('shares_rule is not written for this engine') }}
{% endmacro %}

{% macro duckdb__shares_rule(rule, rules) -%}
    ({{ rules }} & {{ rule }}) > 0
{%- endmacro %}

{% macro postgres__shares_rule(rule, rules) -%}
    ({{ rules }} & {{ rule }}) > 0
{%- endmacro %}
