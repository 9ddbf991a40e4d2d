{#-
    Whether a whole birth date, as folded by birth_date_key, cannot be one: of the year 1299, of a 13th
    month, a 31 February. What the keyboard did says nothing of who was born when. Days are listed two
    ways, since DuckDB makes a join of a longer list, for all rows.
-#}
{% macro is_slip(birth_date) -%}
    (
        length({{ birth_date }}) > 4 and {{ birth_date }} >= '0001'
        and not (
            length({{ birth_date }}) = 8
            and substr({{ birth_date }}, 1, 2) in ('18', '19', '20')
            and substr({{ birth_date }}, 5, 2) between '01' and '12'
            and substr({{ birth_date }}, 7, 2) between '01' and '31'
            and substr({{ birth_date }}, 5) not in ('0230', '0231')
            and not (
                substr({{ birth_date }}, 7) = '31'
                and substr({{ birth_date }}, 5, 2) in ('04', '06', '09', '11')
            )
        )
    )
{%- endmacro %}
