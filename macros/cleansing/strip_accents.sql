{#- Latin letters without their accents; ligatures and struck letters spelt out. -#}
{% macro strip_accents(text) -%}
    {{ return(adapter.dispatch('strip_accents')(text)) }}
{%- endmacro %}

{% macro default__strip_accents(text) %}
    {{ exceptions.raise_compiler_error('strip_accents is not written for this engine') }}
{% endmacro %}

{% macro duckdb__strip_accents(text) -%}
    strip_accents({{ spell_out_letters(text) }})
{%- endmacro %}

{% macro postgres__strip_accents(text) -%}
    regexp_replace(
        normalize({{ spell_out_letters(text) }}, nfd), '[' || chr(768) || '-' || chr(879) || ']', '', 'g'
    )
{%- endmacro %}
