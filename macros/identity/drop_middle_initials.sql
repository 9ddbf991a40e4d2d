{#- A first name without middle initials: Carol B. is as often written Carol; but Jean P. is Jean-Pierre. -#}
{% macro drop_middle_initials(name) -%}
    case
        when
            {{ name }} like '% %'
            and ({{ name }} like '__% _' or {{ name }} like '__% _.')
            and split_part({{ name }}, ' ', 1) not in ('{{ var("identity_compound_names") | join("', '") }}')
            then {{ replace_pattern(name, '([^ .-]{2})( [A-Za-z][.]?)+$', '\\1') }}
        else {{ name }}
    end
{%- endmacro %}
