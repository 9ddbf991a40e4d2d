{#-
    On an incremental run: the condition that a row of the input has changed since the rows that
    this model holds were made. Every model marks its rows with its run's time; what a killed run
    left undone is thus done by the next. The time is asked first and written as a literal, which
    planners push down to the tables.
-#}
{% macro since_last_run(changed_at='changed_at') -%}
    {%- if is_incremental() and execute -%}
        {%- set found = run_query('select max(changed_at) from ' ~ this)[0][0] -%}
        {{ changed_at }} > cast('{{ found or "0001-01-01" }}' as timestamp)
    {%- else -%}
        1 = 1
    {%- endif %}
{%- endmacro %}
