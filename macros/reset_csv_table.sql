{#- A seed whose header is no longer that of its table is made anew: dbt would load the rows
    into the old columns, which fails, or, by place, says nothing. -#}
{% macro default__reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
    {%- set held = adapter.get_columns_in_relation(old_relation) | map(attribute='name') -%}
    {%- set is_remade = full_refresh or held | list != agate_table.column_names | list -%}
    {{ return(dbt.default__reset_csv_table(model, is_remade, old_relation, agate_table)) }}
{%- endmacro %}
