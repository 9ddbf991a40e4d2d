{% macro divide_money(amount, quantity) -%}
    case
        when {{ quantity }} > 0 then cast(
            floor(
                cast({{ amount }} as double precision) * 100
                / cast({{ quantity }} as double precision) + 0.5
            ) / 100 as decimal(18, 2)
        )
    end
{%- endmacro %}
