{#-
    Before a run adds the records that it reads: what the table says of them, and of those that have gone, goes; all where
    all are read.
-#}
{% macro drop_unread_records() -%}
    {%- set records = ref('int_unread_records') -%}
    {%- if not is_incremental() -%}
        {{ expect_all(ref('int_unread_customers'), ref('canonical_customers')) }}
    {%- else -%}
        delete from {{ this }} {{ where_unread('record_id') }}
    {%- endif -%}
{%- endmacro %}
