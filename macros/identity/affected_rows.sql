{#- The rows of affected records, as a query in brackets. -#}
{% macro affected_rows(relation, record_key) -%}
    (select * from {{ relation }} where {{ is_affected(record_key) }})
{%- endmacro %}
