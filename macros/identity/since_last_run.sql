{#-
    On an incremental run: the condition that a row of the input has changed since the rows that
    this model holds were made. Every model marks its rows with its run's time; what a killed run
    left undone is thus done by the next. The time is asked first and written as a literal, which
    planners push down to the tables. A clock that was set back would hide changes: it stops the run.
    When a row of `rules`, a table with `changed_at`, has changed since, every row of the input has.
-#}
{% macro since_last_run(changed_at='changed_at', rules=none) -%}
    {%- if execute and (is_incremental() or is_kept_in_parts()) -%}
        {%- set found = run_query('select max(changed_at) from ' ~ this)[0][0] -%}
        {%- if (found or '') | string >= (run_started_at | string)[:19] -%}
            {{ exceptions.raise_compiler_error(
                'The clock was set back: ' ~ this ~ ' has rows of ' ~ found ~ ', and changes since would be'
                ~ ' missed. Run: dbt build --full-refresh --select path:models/identity'
            ) }}
        {%- endif -%}
        {%- set since = "> cast('" ~ (found or '0001-01-01') ~ "' as timestamp)" -%}
        {%- if rules and run_query('select count(*) from ' ~ rules ~ ' where changed_at ' ~ since)[0][0] -%}
            1 = 1
        {%- else -%}
            {{ changed_at }} {{ since }}
        {%- endif -%}
    {%- else -%}
        1 = 1
    {%- endif %}
{%- endmacro %}
