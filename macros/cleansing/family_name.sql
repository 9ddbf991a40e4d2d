{#- A family name as displayed, its particles small (de La Fontaine), its articles not (Le Gall). -#}
{% macro family_name(text) -%}
    case
        when {{ text }} like 'D%' or {{ text }} like 'V%' or {{ text }} like 'Z%'
            or {{ text }} like '% D%' or {{ text }} like '% V%'
        then {{ replace_pattern(
            replace_pattern(replace_pattern(replace_pattern(replace_pattern(
                text,
                '(^|[ -])De ', '\\1de '), '(^|[ -])D\'\'', '\\1d\'\''), '(^|[ -])(V)(an|on|om) ', '\\1v\\3 '),
            '^Zu(r?) ', 'zu\\1 '), '^(v[ao]n )D(er|en|em) ', '\\1d\\2 ') }}
        else {{ text }}
    end
{%- endmacro %}
