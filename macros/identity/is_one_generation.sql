{#- Whether two birth dates, as folded by birth_date_key, are too close for a parent's and a child's. -#}
{% macro is_one_generation(birth_date, other_birth_date) -%}
    abs(
        cast(substr({{ birth_date }}, 1, 4) as integer)
        - cast(substr({{ other_birth_date }}, 1, 4) as integer)
    ) < {{ var('identity_generation_years') }}
{%- endmacro %}
