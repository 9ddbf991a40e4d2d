{#- Whether a run before has read records, so that this one reads what has changed: a condition, true or false for all. -#}
{% macro has_been_read() -%}
    {{ '1 = 1' if kept_table('customer_records', {'content_hash': 'bigint'}) is not none else '1 = 0' }}
{%- endmacro %}
