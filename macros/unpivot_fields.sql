{% macro unpivot_fields(relation, ids, fields) -%}
    {%- for field in fields %}
    select
        {{ ids | join(', ') }},
        '{{ field }}' as field,
        cast({{ field }} as text) as value
    from {{ relation }}
    where {{ field }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
