{% macro run_time() -%}
    cast('{{ (run_started_at | string)[:19] }}' as timestamp)
{%- endmacro %}
