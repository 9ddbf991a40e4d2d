{#- How many times a positive whole number goes into another, exactly. -#}
{% macro divide_whole(dividend, divisor) -%}
    {{ return(adapter.dispatch('divide_whole')(dividend, divisor)) }}
{%- endmacro %}

{% macro default__divide_whole(dividend, divisor) %}
    {{ exceptions.raise_compiler_error('divide_whole is not written for this engine') }}
{% endmacro %}

{% macro duckdb__divide_whole(dividend, divisor) -%}
    (cast({{ dividend }} as hugeint) // cast({{ divisor }} as hugeint))
{%- endmacro %}

{% macro postgres__divide_whole(dividend, divisor) -%}
    div({{ dividend }}, {{ divisor }})
{%- endmacro %}
