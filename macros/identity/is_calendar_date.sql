{#-
    Whether a birth date, as folded by birth_date_key, may be a day that somebody was born on: the
    year 1299 or a 13th month is a slip, which proves two records neither one person nor two.
-#}
{% macro is_calendar_date(birth_date) -%}
    (
        substr({{ birth_date }}, 1, 2) in ('18', '19', '20')
        and substr({{ birth_date }}, 5, 2) between '01' and '12'
        and substr({{ birth_date }}, 7, 2) between '01' and '31'
    )
{%- endmacro %}
