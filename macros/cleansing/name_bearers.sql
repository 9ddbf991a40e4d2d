{#-
    How likely a first and a last name are in that order: their bearers in a million, as first name times as last name.
    Who is not listed has some too: a family name is rare oftener than a first name.
-#}
{% macro name_bearers(given, family) -%}
    (coalesce({{ given }}.first_name_per_million, 0) + 1)
    * (coalesce({{ family }}.last_name_per_million, 0) + 5)
{%- endmacro %}
