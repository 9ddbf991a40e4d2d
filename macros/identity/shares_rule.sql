{#-
    Whether one of the rules that found a pair is this one: rules are bits of their sum.
    An engine without `&` overrides it (Snowflake: BITAND).
-#}
{% macro shares_rule(rule, rules='rules') -%}
    {{ return(adapter.dispatch('shares_rule')(rule, rules)) }}
{%- endmacro %}

{% macro default__shares_rule(rule, rules) -%}
    ({{ rules }} & {{ rule }}) > 0
{%- endmacro %}
