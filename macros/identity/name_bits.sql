{#-
    What agreeing on this value is worth: tenths of bits of surprise at its frequency among all
    records. `usual_frequency` is assumed for a thousand records that were not seen, so that a
    small warehouse does not take a common name for a rare one.
-#}
{% macro name_bits(usual_frequency) -%}
    cast(round(-10 / ln(2) * ln(
        (count(*) + 1000 * {{ usual_frequency }})
        / (max(totals.record_count) + 1000)
    )) as integer)
{%- endmacro %}
