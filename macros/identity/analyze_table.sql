{#- Statistics of the table just built, where the planner does not gather them by itself. -#}
{% macro analyze_table() -%}
    {{ return(adapter.dispatch('analyze_table')()) }}
{%- endmacro %}

{% macro default__analyze_table() %}{% endmacro %}

{% macro postgres__analyze_table() -%}
    {% if config.get('materialized') != 'view' %}analyze {{ this }}{% endif %}
{%- endmacro %}
