{#-
    The rules of a group of rows as one number, each counted once. An engine without
    `bit_or` overrides it (Snowflake: BITOR_AGG).
-#}
{% macro sum_rules(rule) -%}
    {{ return(adapter.dispatch('sum_rules')(rule)) }}
{%- endmacro %}

{% macro default__sum_rules(rule) -%}
    cast(bit_or({{ rule }}) as integer)
{%- endmacro %}
