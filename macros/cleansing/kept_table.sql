{#-
    The table of the canonical layer as the last run left it, for a model before it that looks for what has changed
    since; none where all is to be read: at first, in a full refresh, and before the table has `column`.
-#}
{% macro kept_table(model_name, column) -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {%- set relation = adapter.get_relation(
            database=target.database, schema=generate_schema_name('canonical', none),
            identifier=model_name) -%}
        {%- if relation and relation.is_table
            and column in adapter.get_columns_in_relation(relation) | map(attribute='name') -%}
            {{ return(relation) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
