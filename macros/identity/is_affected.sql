{#-
    The condition that a record's customer may have changed since the rows that this model holds
    were made; true for all when they are made anew.
-#}
{% macro is_affected(record_key) -%}
    {%- set affected = ref('int_affected_records') -%}
    {%- if execute and (is_incremental() or is_kept_in_parts()) -%}
        {{ record_key }} in (select record_key from {{ affected }} where {{ since_last_run() }})
    {%- else -%}
        1 = 1
    {%- endif %}
{%- endmacro %}
