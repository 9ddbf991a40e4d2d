{# The models of a union by position name the same columns in the same order. #}
{% test same_columns(model, compare_to) %}
    {%- set found = [] -%}
    {%- for relation in [model, compare_to] -%}
        {%- set columns = adapter.get_columns_in_relation(relation) -%}
        {%- do found.append(columns | map(attribute='name') | join(', ') | lower) -%}
    {%- endfor -%}
    select
        '{{ found[0] }}' as found_columns,
        '{{ found[1] }}' as expected_columns
    where '{{ found[0] }}' <> '{{ found[1] }}'
{% endtest %}
