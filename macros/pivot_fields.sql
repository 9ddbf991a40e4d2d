{% macro pivot_fields(fields) -%}
    {%- for field in fields %}
    max(case when field = '{{ field }}' then value end) as {{ field }}
    {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
