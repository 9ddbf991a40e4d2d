{#- Every match of a regular expression replaced. Patterns keep to what all engines read alike. -#}
{% macro replace_pattern(text, pattern, replacement) -%}
    {{ return(adapter.dispatch('replace_pattern')(text, pattern, replacement)) }}
{%- endmacro %}

{% macro default__replace_pattern(text, pattern, replacement) %}
    {{ exceptions.raise_compiler_error('replace_pattern is not written for this engine') }}
{% endmacro %}

{% macro duckdb__replace_pattern(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro postgres__replace_pattern(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}
