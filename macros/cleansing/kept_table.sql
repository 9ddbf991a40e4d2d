{#-
    A table of the canonical layer as the last run left it; none where all is to be read: at first, in a full refresh, and
    before the table has the columns.
-#}
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
