{% macro as_of_date() -%}
    cast('{{ var("as_of_date") or (run_started_at | string)[:10] }}' as date)
{%- endmacro %}
