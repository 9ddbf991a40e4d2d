{#-
    A name as its bearer would write it: Marie-Claude, O'Brien, McDonald. A capital inside a word
    that has small letters before it (DeVito) is the writer's own, and kept.
-#}
{% macro display_name(text) -%}
    nullif(trim(replace(coalesce(
        case when {{ matches_pattern(text, '^[A-Z][a-z]+[A-Z][a-z]+$') }} then {{ text }} end,
        {{ capitalise_words(
            replace_pattern('lower(' ~ text ~ ')', '(^|[ -])mc([a-z]{3})', '\\1mc|\\2')
        ) }}
    ), '|', '')), '')
{%- endmacro %}
