{#- A table made anew of what is only a part would lose the rest: it stops the run. -#}
{% macro expect_all(unread, written) -%}
    {%- if execute -%}
        {%- set counts = run_query(
            'select (select count(*) from ' ~ unread ~ '), (select count(*) from ' ~ written ~ ')'
        )[0] -%}
        {%- if counts[0] != counts[1] -%}
            {{ exceptions.raise_compiler_error(
                this ~ ' would be made anew of ' ~ counts[0] ~ ' of ' ~ counts[1]
                ~ ' rows. Run: dbt build --full-refresh --select path:models/canonical'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
