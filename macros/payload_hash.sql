{% macro payload_hash(columns) -%}
    md5(
        {%- for column in columns %}
        {%- set text = 'cast(' ~ column ~ ' as text)' %}
        coalesce(
            cast(length({{ text }}) as text) || ':' || {{ text }}, '-'
        ) {{ '||' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
