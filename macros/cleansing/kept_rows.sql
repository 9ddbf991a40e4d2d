{#- The rows of a kept_table, for a model before it that looks for what has changed since; none where all is to be read. -#}
{% macro kept_rows(model_name, columns) -%}
    {{ rows_or_none(kept_table(model_name, columns), columns) }}
{%- endmacro %}
