{#-
    Several columns as one bigint, to see whether a row has changed. It is kept in tables but needs
    not be the same in another version of an engine: every row would be read again.
-#}
{% macro row_hash(columns) -%}
    {{ return(adapter.dispatch('row_hash')(columns)) }}
{%- endmacro %}

{% macro default__row_hash(columns) %}
    {{ exceptions.raise_compiler_error('row_hash is not written for this engine') }}
{% endmacro %}

{% macro duckdb__row_hash(columns) -%}
    cast(hash({{ columns | join(', ') }}) >> 1 as bigint)
{%- endmacro %}

{% macro postgres__row_hash(columns) -%}
    hash_record_extended(row({{ columns | join(', ') }}), 0)
{%- endmacro %}
