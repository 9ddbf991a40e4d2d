{% macro phone_digits(value) -%}
    translate({{ value }}, '+ .-/()', '')
{%- endmacro %}
