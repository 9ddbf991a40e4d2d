{#-
    What the sources YAML says of a raw table, in one query: no required column is null, and
    the primary key is unique. Ingestion loads by the same words.
-#}
{% test keeps_raw_contract(model) %}
{%- set table = namespace(meta={}, required=[]) -%}
{%- for node in graph.get('sources', {}).values() if execute -%}
    {%- if node.schema == model.schema and node.identifier == model.identifier -%}
        {%- set table.meta = node.config.meta -%}
        {%- for column in node.columns.values() -%}
            {%- if (column.config.meta or column.meta).required -%}
                {%- do table.required.append(column.name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endfor %}
{%- set key = table.meta.get('primary_key', ['1']) | join(', ') %}
select {{ key }}, 'required column empty' as reason
from {{ model }}
where 1 = 0{% for name in table.required %} or {{ name }} is null{% endfor %}
{%- if table.meta.required_one_of %}
    or coalesce({{ table.meta.required_one_of | join(', ') }}) is null
{%- endif %}
union all
select {{ key }}, 'key not unique' as reason
from {{ model }}
group by {{ key }}
having count(*) > 1
{% endtest %}
