{#- Whether a line's key ends in the name of a postal box, so that the number behind is no postcode: BP 69003. -#}
{% macro ends_in_box(text) -%}
    {{ matches_pattern(text, '(^| )(BP|CS|TSA)$') }}
{%- endmacro %}
