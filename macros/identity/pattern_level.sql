{#- The level of an attribute in a pattern (see compare_records), by its unit in base six. -#}
{% macro pattern_level(patterns) -%}
    cast(
        ({{ patterns }}.pattern_key % (6 * attributes.pattern_unit)
            - {{ patterns }}.pattern_key % attributes.pattern_unit)
        / attributes.pattern_unit as integer
    )
{%- endmacro %}
