{#- No index on DuckDB, which reads what is asked of these tables as fast without: a killed process
    leaves its last writes in the log, and where another opens the warehouse and closes it without
    touching the table, the index loses them, and no row of theirs can be deleted any more (seen
    in 1.5.5). PostgreSQL makes what a model's `indexes` say. -#}
{% macro duckdb__get_create_index_sql(relation, index_dict) %}{% endmacro %}
