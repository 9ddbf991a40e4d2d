{#- Each word with a capital and small letters, whatever stands between the words. -#}
{% macro capitalise_words(text) -%}
    {{ return(adapter.dispatch('capitalise_words')(text)) }}
{%- endmacro %}

{% macro default__capitalise_words(text) %}
    {{ exceptions.raise_compiler_error('capitalise_words is not written for this engine') }}
{% endmacro %}

{% macro duckdb__capitalise_words(text) -%}
    array_to_string(list_transform(
        regexp_extract_all(lower({{ text }}), '[\p{L}\p{N}]+|[^\p{L}\p{N}]+'),
        lambda word: upper(word[1]) || word[2:]
    ), '')
{%- endmacro %}

{% macro postgres__capitalise_words(text) -%}
    initcap({{ text }})
{%- endmacro %}
