{#-
    A first name for comparison, without middle initials: Carol B. is as often written Carol; but
    Jean P. is Jean-Pierre.
-#}
{% macro given_name_key(name) -%}
    {{ match_key(
        "case when (" ~ name ~ " like '__% _' or " ~ name ~ " like '__% _.')"
        ~ " and split_part(" ~ name ~ ", ' ', 1) not in ('Jean', 'Marie', 'Anne') then "
        ~ replace_pattern(name, '([^ .-]{2})( [A-Za-z][.]?)+$', '\\1') ~ " else " ~ name ~ " end"
    ) }}
{%- endmacro %}
