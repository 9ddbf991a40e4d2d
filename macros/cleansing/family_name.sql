{#- A family name for display: its particles small (de La Fontaine), its articles not (Le Gall). -#}
{% macro family_name(text) -%}
    case
        when lower({{ text }}) like 'd%' or lower({{ text }}) like 'v%' or lower({{ text }}) like 'z%'
            or lower({{ text }}) like '% d%' or lower({{ text }}) like '% v%'
        then {{ replace_pattern(
            replace_pattern(replace_pattern(replace_pattern(replace_pattern(
                display_name(text),
                '(^|[ -])De ', '\\1de '), '(^|[ -])D\'\'', '\\1d\'\''), '(^|[ -])(V)(an|on|om) ', '\\1v\\3 '),
            '^Zu(r?) ', 'zu\\1 '), '^(v[ao]n )D(er|en|em) ', '\\1d\\2 ') }}
        else {{ display_name(text) }}
    end
{%- endmacro %}
