{#- PostgreSQL makes what a model's `indexes` say. DuckDB makes none: a killed process can leave an
    index that lacks rows (DECISIONS.md), and without one these tables are read as fast. -#}
{% macro duckdb__get_create_index_sql(relation, index_dict) %}{% endmacro %}
