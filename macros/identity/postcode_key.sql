{#- A postcode for comparison: 1254 NJ as 1254nj, B-1000 as 1000, 27513-2214 as 27513. -#}
{% macro postcode_key(postcode) -%}
    {{ replace_pattern(
        'replace(' ~ match_key(postcode) ~ ", ' ', '')",
        '^[a-z]{1,2}([0-9]{4,5})$|^([0-9]{5})[0-9]{4}$', '\\1\\2'
    ) }}
{%- endmacro %}
