{#- An address line as a key, its postcode and country as France writes them: F-69003 Lyon, France is 69003 LYON. -#}
{% macro address_key(line) -%}
    {{ place_last(replace_pattern(text_key(replace_pattern(
        repair_mojibake(line), '(^|[^A-Za-z0-9])[Ff] *- *([0-9]{5})', '\\1\\2'
    )), ' FRANCE$', '')) }}
{%- endmacro %}
