{#- SHA-256 of a text in its composed form (NFC) and UTF-8, as small hexadecimals; null for no text. -#}
{% macro sha256(text) -%}
    {{ return(adapter.dispatch('sha256')(text)) }}
{%- endmacro %}

{% macro default__sha256(text) %}
    {{ exceptions.raise_compiler_error('sha256 is not written for this engine') }}
{% endmacro %}

{% macro duckdb__sha256(text) -%}
    sha256(nfc_normalize(nullif({{ text }}, '')))
{%- endmacro %}

{% macro postgres__sha256(text) -%}
    encode(sha256(convert_to(normalize(nullif({{ text }}, ''), nfc), 'UTF8')), 'hex')
{%- endmacro %}
