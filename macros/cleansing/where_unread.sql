{#- The condition that a row is of an unread record; none where all are to be read, which spares a join. -#}
{% macro where_unread(record_id) -%}
    {%- set records = ref('int_unread_records') -%}
    {%- if has_been_read() == '1 = 1' -%}
        where {{ record_id }} in (select record_id from {{ records }})
    {%- endif -%}
{%- endmacro %}
