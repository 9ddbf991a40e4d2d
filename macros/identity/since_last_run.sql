{#-
    On an incremental run: the condition that a row of the input has changed since the rows that
    this model holds were made. Every model marks its rows with its run's time; what a killed run
    left undone is thus done by the next.
-#}
{% macro since_last_run(changed_at='changed_at') -%}
    {% if is_incremental() %}{{ changed_at }} > (select max(earlier.changed_at) from {{ this }} as earlier)
    {%- else %}1 = 1{% endif %}
{%- endmacro %}
