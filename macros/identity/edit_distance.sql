{#-
    Levenshtein distance between two texts, exact up to 3; beyond, any number above 3.
    Null when one is null. Bytes are what is compared, on every engine.
-#}
{% macro edit_distance(left, right) -%}
    {{ return(adapter.dispatch('edit_distance')(left, right)) }}
{%- endmacro %}

{% macro default__edit_distance(left, right) %}
    {{ exceptions.raise_compiler_error('edit_distance is not written for this engine') }}
{% endmacro %}

{% macro duckdb__edit_distance(left, right) -%}
    levenshtein({{ left }}, {{ right }})
{%- endmacro %}

{% macro postgres__edit_distance(left, right) -%}
    levenshtein_less_equal(
        left(convert_from(convert_to({{ left }}, 'UTF8'), 'LATIN1'), 255),
        left(convert_from(convert_to({{ right }}, 'UTF8'), 'LATIN1'), 255), 3)
{%- endmacro %}
