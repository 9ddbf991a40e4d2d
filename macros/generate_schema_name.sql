{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
    {%- if var('is_identity_preview') and custom_schema_name in ('identity', 'seeds') %}_preview{% endif %}
{%- endmacro %}
