{#-
    A birth date for comparison: eight digits, or the four of a year where no more is known. A date
    that no calendar knows is kept: two records may say the same, or nearly; it keeps none apart. A
    day without a year is written with the year 0000.
-#}
{% macro birth_date_key() -%}
    {%- set day, month = '(?:[0-2]?[1-9]|[123]0|31)', '(?:0?[1-9]|1[0-2])' -%}
    case
        when birth_date is not null
            then replace(cast(birth_date as text), '-', '')
        when birth_date_status in ('invalid', 'too_old') and length(raw_birth_date) between 8 and 10
            then nullif(nullif({{ replace_pattern(
                replace_pattern('raw_birth_date', '-([0-9])(-|$)', '-0\\1\\2'), '[^0-9]', ''
            ) }}, ''), '00000000')
        -- A spreadsheet may have written 1975.0
        when birth_date_status = 'invalid'
            then coalesce(
                {{ extract_pattern('raw_birth_date', '^((19|20)[0-9][0-9])([.]0)?$') }},
                '0000'
                || lpad({{ extract_pattern('raw_birth_date', '^' ~ day ~ '[/ -](' ~ month ~ ')$') }}, 2, '0')
                || lpad({{ extract_pattern('raw_birth_date', '^(' ~ day ~ ')[/ -]' ~ month ~ '$') }}, 2, '0')
            )
        when birth_date_status = 'year_only'
            then {{ extract_pattern('raw_birth_date', '((18|19|20)[0-9][0-9])') }}
    end
{%- endmacro %}
