{% macro state_of(model_name, columns) -%}
    {%- set relation = adapter.get_relation(
        database=target.database, schema=generate_schema_name('identity', none),
        identifier=model_name) if execute -%}
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
