{#-
    A text as a bigint, to group and join on. Two texts that collide only make a needless pair.
-#}
{% macro hash_key(text) -%}
    {{ return(adapter.dispatch('hash_key')(text)) }}
{%- endmacro %}

{% macro default__hash_key(text) %}
    {{ exceptions.raise_compiler_error('hash_key is not written for this engine') }}
{% endmacro %}

{% macro duckdb__hash_key(text) -%}
    cast(hash({{ text }}) >> 1 as bigint)
{%- endmacro %}

{% macro postgres__hash_key(text) -%}
    hashtextextended({{ text }}, 0)
{%- endmacro %}
