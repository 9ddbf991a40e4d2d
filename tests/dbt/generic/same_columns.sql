{# The models of a union by position must name the same columns in the same order. #}
{% test same_columns(model, compare_to) %}
{%- set ours = adapter.get_columns_in_relation(model) | map(attribute='name') | map('lower') | list -%}
{%- set theirs = adapter.get_columns_in_relation(compare_to) | map(attribute='name') | map('lower') | list -%}
select '{{ ours | join(", ") }}' as these_columns, '{{ theirs | join(", ") }}' as expected_columns
where '{{ ours | join(", ") }}' <> '{{ theirs | join(", ") }}'
{% endtest %}
