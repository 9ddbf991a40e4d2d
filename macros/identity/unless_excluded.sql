{#- A value that a record states, null where identity_exclusions says that it proves nothing. -#}
{% macro unless_excluded(identifier_type, value) -%}
    case
        when {{ value }} not in (
            select excluded.stated_value
            from {{ ref('int_excluded_values') }} as excluded
            where excluded.identifier_type = '{{ identifier_type }}'
        )
            then {{ value }}
    end
{%- endmacro %}
