{#- Inside a `group by`: the texts of a group in one, in the order of a column. -#}
{% macro join_texts(text, separator, order_by) -%}
    {{ return(adapter.dispatch('join_texts')(text, separator, order_by)) }}
{%- endmacro %}

{% macro default__join_texts(text, separator, order_by) %}
    {{ exceptions.raise_compiler_error('join_texts is not written for this engine') }}
{% endmacro %}

{% macro duckdb__join_texts(text, separator, order_by) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{% macro postgres__join_texts(text, separator, order_by) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}
