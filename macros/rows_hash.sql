{#- All rows of tables as one number each, to see whether any row has changed. -#}
{% macro rows_hash(names) -%}
    {% for name in names -%}
        select
            '{{ name }}' as table_name,
            sum({{ row_hash([name]) }}) as rows_hash
        from {{ ref(name) }} as {{ name }}
        {{ 'union all' if not loop.last }}
    {% endfor -%}
{%- endmacro %}
