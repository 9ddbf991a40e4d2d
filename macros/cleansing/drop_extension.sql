{#- A phone as written without what is dialled after it: 01 42 68 53 00 poste 12. -#}
{% macro drop_extension(phone) -%}
    {{ replace_pattern('lower(' ~ phone ~ ')', '(ext|poste|x|#|p[.])[. :]*[0-9]+$', '') }}
{%- endmacro %}
