{#- Columns as written, under raw_<column>, to stand beside their clean twins. -#}
{% macro raw_twins(relation, columns) -%}
    {% for column in columns -%}
        {{ relation }}.{{ column }} as raw_{{ column }}{{ "," if not loop.last }}
    {% endfor -%}
{%- endmacro %}
