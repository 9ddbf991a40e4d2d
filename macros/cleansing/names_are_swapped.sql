{#-
    Whether a first and a last name, as rows of int_name_forms, are likelier the other way round, by their bearers in France.
    How they are written tells too: an initial stands for a first name oftener than for a family name (R | Tony, Durand | R).
    Abroad, by the country written or by default, other names are borne, and the odds asked are longer (Hugh | Nolan).
-#}
{% macro names_are_swapped(given, family, country) -%}
    {{ name_bearers(family, given) }}
    * case
        when length({{ given }}.name_key) = 1 then 1.0 / {{ var('initial_name_odds') }}
        when length({{ family }}.name_key) = 1 then {{ var('initial_name_odds') }}
        when {{ given }}.is_capitals and not {{ family }}.is_capitals
            then {{ var('capital_name_odds') }}
        else 1
    end
    >= case
        when {{ is_french(country) }} then {{ var('swapped_name_odds') }}
        else {{ var('swapped_name_odds_abroad') }}
    end
    * {{ name_bearers(given, family) }}
{%- endmacro %}
