{#-
    Levenshtein distance between two texts, 4 when it is above 3; null when one is null. Every
    engine counts bytes: what a letter outside ASCII weighs is the same everywhere.
-#}
{% macro edit_distance(left, right) -%}
    {{ return(adapter.dispatch('edit_distance')(left, right)) }}
{%- endmacro %}

{% macro default__edit_distance(left, right) %}
    {{ exceptions.raise_compiler_error('edit_distance is not written for this engine') }}
{% endmacro %}

{% macro duckdb__edit_distance(left, right) -%}
    least(levenshtein({{ left }}, {{ right }}), 4)
{%- endmacro %}

{% macro postgres__edit_distance(left, right) -%}
    case
        when octet_length({{ left }} || {{ right }}) = length({{ left }} || {{ right }})
            then levenshtein_less_equal(left({{ left }}, 255), left({{ right }}, 255), 3)
        else levenshtein_less_equal(
            left(convert_from(convert_to({{ left }}, 'UTF8'), 'LATIN1'), 255),
            left(convert_from(convert_to({{ right }}, 'UTF8'), 'LATIN1'), 255), 3)
    end
{%- endmacro %}
