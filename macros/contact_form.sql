{% macro contact_form(value, contact_type) -%}
    case
        when {{ contact_type }} = 'email' then lower(trim({{ value }}))
        when {{ phone_digits(value) }} like '00%'
            then '+' || substring({{ phone_digits(value) }}, 3)
        when {{ phone_digits(value) }} like '0%'
            then '+33' || substring({{ phone_digits(value) }}, 2)
        else '+' || {{ phone_digits(value) }}
    end
{%- endmacro %}
