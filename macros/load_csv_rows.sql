{% macro postgres__load_csv_rows(model, agate_table) -%}
    {%- set names, kinds, texts, values = [], [], [], [] -%}
    {%- set overrides = model.config.get('column_types', {}) -%}
    {%- for column in agate_table.columns -%}
        {%- set type = overrides.get(column.name, adapter.convert_type(agate_table, loop.index0)) -%}
        {%- do names.append('c' ~ loop.index) -%}
        {%- do kinds.append('cast(c' ~ loop.index ~ ' as ' ~ type ~ ')') -%}
        {%- do texts.append('%s::text[]') -%}
        {%- do values.append(column.values() | list) -%}
    {%- endfor -%}
    {%- set sql -%}
        insert into {{ this }} ({{ get_seed_column_quoted_csv(model, agate_table.column_names) }})
        select {{ kinds | join(', ') }}
        from unnest({{ texts | join(', ') }}) as rows ({{ names | join(', ') }})
    {%- endset -%}
    {%- do adapter.add_query(sql, bindings=values, abridge_sql_log=True) -%}
    {{ return(sql) }}
{%- endmacro %}
