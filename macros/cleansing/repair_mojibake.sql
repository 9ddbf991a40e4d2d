{#-
    UTF-8 that was once read as Windows-1252 (Ã© for é). Each pair of characters below is not a
    text that anyone writes, so that the repair is safe; the letters are tried only where one
    of their leading characters is there. HTML's names of letters are put right likewise, beside
    such pairs too.
-#}
{% macro repair_mojibake(text) -%}
    {%- set letters -%}
        {% for letter in 'éèêëçâäîïôöùûüÿñáíóúãõåÉÈÊËÇÀÂÄÎÔÖÙÛÜÑœŒŸ’–°' %}replace({% endfor -%}
        replace({{ text }}, 'Ã' || chr(160), 'à')
        {%- for letter in 'éèêëçâäîïôöùûüÿñáíóúãõåÉÈÊËÇÀÂÄÎÔÖÙÛÜÑœŒŸ’–°' %}, '{{ letter.encode("utf-8").decode("cp1252") }}', '{{ letter }}'){% endfor %}
    {%- endset -%}
    case
        when {{ text }} like '%Ã%' or {{ text }} like '%Å%' or {{ text }} like '%â€%' or {{ text }} like '%Â%'
        then {{ decode_entities(letters) }}
        when {{ text }} like '%&%;%' then {{ decode_entities(text) }}
        else {{ text }}
    end
{%- endmacro %}
