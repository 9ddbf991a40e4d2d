{#- To cross join: the blank-separated words of a text, as columns word and position (from 1). -#}
{% macro split_words(text, alias) -%}
    {{ return(adapter.dispatch('split_words')(text, alias)) }}
{%- endmacro %}

{% macro default__split_words(text, alias) %}
    {{ exceptions.raise_compiler_error('split_words is not written for this engine') }}
{% endmacro %}

{% macro duckdb__split_words(text, alias) -%}
    unnest(string_to_array({{ text }}, ' ')) with ordinality as {{ alias }}(word, position)
{%- endmacro %}

{% macro postgres__split_words(text, alias) -%}
    unnest(string_to_array({{ text }}, ' ')) with ordinality as {{ alias }}(word, position)
{%- endmacro %}
