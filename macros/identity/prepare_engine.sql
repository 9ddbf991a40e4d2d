{#- What the engine needs before the first model: PostgreSQL's edit distance is an extension, and
    DuckDB's indexes of an older version of ours have to go (see get_create_index_sql). -#}
{% macro prepare_engine() -%}
    {{ return(adapter.dispatch('prepare_engine')()) }}
{%- endmacro %}

{% macro default__prepare_engine() %}{% endmacro %}

{% macro duckdb__prepare_engine() -%}
    {%- set of_ours = "select index_name from duckdb_indexes() where schema_name = 'activation'" -%}
    {%- for row in (run_query(of_ours) if execute else []) -%}
    drop index activation."{{ row[0] }}";
    {% endfor -%}
{%- endmacro %}

{% macro postgres__prepare_engine() -%}
    create extension if not exists fuzzystrmatch
{%- endmacro %}
