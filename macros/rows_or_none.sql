{#- A relation, or none of its rows where there is none: a select of no row, with the columns that are asked. -#}
{% macro rows_or_none(relation, columns) -%}
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
