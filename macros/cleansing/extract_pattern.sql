{#- What the pattern's first group found in a text; null when nothing matched. -#}
{% macro extract_pattern(text, pattern) -%}
    {{ return(adapter.dispatch('extract_pattern')(text, pattern)) }}
{%- endmacro %}

{% macro default__extract_pattern(text, pattern) %}
    {{ exceptions.raise_compiler_error('extract_pattern is not written for this engine') }}
{% endmacro %}

{% macro duckdb__extract_pattern(text, pattern) -%}
    nullif(regexp_extract({{ text }}, '{{ pattern }}', 1), '')
{%- endmacro %}

{% macro postgres__extract_pattern(text, pattern) -%}
    nullif(substring({{ text }} from '{{ pattern }}'), '')
{%- endmacro %}
