{% macro state_of(model_name, columns) -%}
    {%- set relation = adapter.get_relation(
        database=target.database, schema=generate_schema_name('identity', none),
        identifier=model_name) if execute -%}
    {{ rows_or_none(relation, columns) }}
{%- endmacro %}
