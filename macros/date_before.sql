{% macro date_before(count, part) -%}
    cast({{ as_of_date() }} - interval '{{ count }}' {{ part }} as date)
{%- endmacro %}
