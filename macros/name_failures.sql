{% macro name_failures(claim, query) -%}
    {%- set rows = run_query(query).rows if execute and flags.WHICH in ('build', 'test') else [] -%}
    {%- if rows -%}
        {{ exceptions.raise_compiler_error(claim ~ ':\n' ~ (rows | map('first') | join('\n'))) }}
    {%- endif -%}
    {{ query }}
{%- endmacro %}
