{#- Latin letters without their accents; ligatures and struck letters spelt out. -#}
{% macro strip_accents(text) -%}
    {{ return(adapter.dispatch('strip_accents')(text)) }}
{%- endmacro %}

{% macro default__strip_accents(text) %}
    {{ exceptions.raise_compiler_error('strip_accents is not written for this engine') }}
{% endmacro %}

{#- Letters are spelt out only where one is left: translate is slow on this engine. -#}
{% macro duckdb__strip_accents(text) -%}
    case
        when {{ matches_pattern('strip_accents(' ~ text ~ ')', '^[ -~]*$') }}
            then strip_accents({{ text }})
        else strip_accents({{ spell_out_letters(text) }})
    end
{%- endmacro %}

{% macro postgres__strip_accents(text) -%}
    regexp_replace(
        normalize({{ spell_out_letters(text) }}, nfd), '[' || chr(768) || '-' || chr(879) || ']', '', 'g'
    )
{%- endmacro %}
