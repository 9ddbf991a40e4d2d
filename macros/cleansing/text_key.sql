{#- A text as a key: upper case, no accents, words of letters and digits between single blanks. -#}
{% macro text_key(text) -%}
    nullif(trim({{ replace_pattern('upper(' ~ strip_accents(text) ~ ')', '[^A-Z0-9]+', ' ') }}), '')
{%- endmacro %}
