{#- What the engine needs before the first model: PostgreSQL's edit distance is an extension, and
    indexes that older versions of this project made on DuckDB are dropped (DECISIONS.md). -#}
{% macro prepare_engine() -%}
    {{ return(adapter.dispatch('prepare_engine')()) }}
{%- endmacro %}

{% macro default__prepare_engine() %}{% endmacro %}

{% macro duckdb__prepare_engine() -%}
    {%- set indexes -%}
    select index_name from duckdb_indexes()
    where database_name = current_database() and schema_name = 'activation'
    {%- endset -%}
    {%- for row in (run_query(indexes) if execute else []) -%}
    drop index activation."{{ row[0] }}";
    {% endfor -%}
{%- endmacro %}

{% macro postgres__prepare_engine() -%}
    create extension if not exists fuzzystrmatch
{%- endmacro %}
