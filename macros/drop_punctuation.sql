{#- A text without punctuation: letters with their accents, digits and blanks stay. -#}
{% macro drop_punctuation(text) -%}
    trim(translate({{ text }}, '!"#$%&()*+,-./:;<=>?@[\]^_`{|}~’‘“”«»–—·°''', ''))
{%- endmacro %}
