{#-
    In whole numbers, since engines disagree on how decimals divide and binary floating point is
    not exact: the half cents that fit into the amount, halved upwards.
-#}
{% macro divide_to_hundredths(amount, quantity) -%}
    case
        when {{ quantity }} > 0 then cast(
            sign({{ amount }}) * {{ divide_whole(
                'cast(abs(' ~ amount ~ ') as decimal(28, 2)) * cast(20000 as decimal(5, 0))'
                ~ ' + cast(' ~ quantity ~ ' as decimal(18, 2)) * cast(100 as decimal(3, 0))',
                'cast(' ~ quantity ~ ' as decimal(18, 2)) * cast(200 as decimal(3, 0))'
            ) }} * cast(0.01 as decimal(3, 2)) as decimal(18, 2)
        )
    end
{%- endmacro %}
