{#- Whether a country, by default the default one, is France, a territory whose postcodes are French ones, or Monaco. -#}
{% macro is_french(country) -%}
    coalesce({{ country }}, '{{ var("default_country") }}') in (
        'FR', 'GP', 'MQ', 'GF', 'RE', 'YT', 'PM', 'BL', 'MF', 'NC', 'PF', 'WF', 'MC'
    )
{%- endmacro %}
