{#- The condition that a row is of an unread record; none where all are to be read, which spares a join. -#}
{% macro where_unread(record_id) -%}
    {%- set records = ref('int_unread_records') -%}
    {%- if kept_table('customer_records', {'content_hash': 'bigint'}) is not none -%}
        where {{ record_id }} in (select record_id from {{ records }})
    {%- endif -%}
{%- endmacro %}

{#- Whether a run before has read records, so that this one reads what has changed. -#}
{% macro has_been_read() -%}
    {{ '1 = 1' if kept_table('customer_records', {'content_hash': 'bigint'}) is not none else '1 = 0' }}
{%- endmacro %}
