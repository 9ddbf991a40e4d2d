{#- S.A.R.L. or S. A. R. L. as SARL: two to five letters, all or none with blanks. -#}
{% macro close_initials(text) -%}
{%- set letter = '([A-Za-z])' -%}
{%- set more = '([.]' ~ letter ~ ')?' -%}
{%- set dotted =
    '(^|[^A-Za-z])' ~ letter ~ '[.]' ~ letter ~ more * 3 ~ '([.]|[^A-Za-z]|$)' -%}
{%- set spaced = dotted.replace('[.](', '[.] (') -%}
{%- set letters = '\\1\\2\\3\\5\\7\\9 ' -%}
{{ replace_pattern(replace_pattern(text, dotted, letters), spaced, letters) }}
{%- endmacro %}
