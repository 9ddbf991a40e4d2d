{#-
    Whether a first and a last name, as rows of int_name_forms, are likelier the other way round, by their bearers in France.
    How they are written tells too: an initial stands for a first name oftener than for a family name (R | Tony, Durand | R).
-#}
{% macro names_are_swapped(given, family) -%}
    ({{ given }}.last_name_per_million + 5) * ({{ family }}.first_name_per_million + 1)
    * case
        when length({{ given }}.name_key) = 1 then 1.0 / {{ var('written_name_odds') }}
        when
            length({{ family }}.name_key) = 1
            or ({{ given }}.is_capitals and not {{ family }}.is_capitals)
            then {{ var('written_name_odds') }}
        else 1
    end
    >= {{ var('swapped_name_odds') }}
    * ({{ given }}.first_name_per_million + 1)
    * ({{ family }}.last_name_per_million + 5)
{%- endmacro %}
