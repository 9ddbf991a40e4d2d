{#-
    The rows that the last run left in a table of the canonical layer, for a model before it that looks for what has
    changed since; none where all is to be read: at first, in a full refresh, and before the table has the columns.
-#}
{% macro kept_rows(model_name, columns) -%}
    {%- set relation = kept_table(model_name, columns) -%}
    {%- if relation -%}
        {{ relation }}
    {%- else -%}
        (
            select
                {% for name, type in columns.items() -%}
                cast(null as {{ type }}) as {{ name }}{{ ', ' if not loop.last }}
                {%- endfor %}
            where 1 = 0
        )
    {%- endif -%}
{%- endmacro %}

{% macro kept_table(model_name, columns) -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {%- set relation = adapter.get_relation(
            database=target.database, schema=generate_schema_name('canonical', none),
            identifier=model_name) -%}
        {%- set known = adapter.get_columns_in_relation(relation) | map(attribute='name') | list
            if relation else [] -%}
        {%- if relation and columns.keys() | reject('in', known) | list == [] -%}
            {{ return(relation) }}
        {%- endif -%}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
