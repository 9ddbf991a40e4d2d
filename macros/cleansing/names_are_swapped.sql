{#-
    Whether a first and a last name, as rows of int_name_forms, are likelier the other way round, by their bearers in France.
    Durand | R: an initial says nothing of its field, and a family name that nobody has for a first one says it alone.
-#}
{% macro names_are_swapped(given, family) -%}
    ({{ given }}.last_name_per_million + 5) * ({{ family }}.first_name_per_million + 1)
    * case
        when
            length({{ family }}.name_key) = 1 and {{ given }}.first_name_per_million = 0
            and {{ given }}.last_name_per_million > 0
            then 5 * {{ var('swapped_name_odds') }}
        when {{ given }}.is_capitals and not {{ family }}.is_capitals
            then {{ var('capital_name_odds') }}
        else 1
    end
    >= {{ var('swapped_name_odds') }}
    * ({{ given }}.first_name_per_million + 1)
    * ({{ family }}.last_name_per_million + 5)
{%- endmacro %}
