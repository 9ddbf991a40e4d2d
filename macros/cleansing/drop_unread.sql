{#-
    Before a run adds the records that it reads: what the table says of them, and of those that have gone, goes. To make
    the table anew, all records have to be read.
-#}
{% macro drop_unread() -%}
    {%- set records = ref('int_unread_records') -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where record_id in (select record_id from {{ records }})
    {%- else -%}
        {{ expect_all(ref('int_unread_customers'), ref('canonical_customers')) }}
    {%- endif -%}
{%- endmacro %}
