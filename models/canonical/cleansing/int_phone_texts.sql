with

written as (
    select * from {{ ref('int_unread_phones') }}
    where not is_gone
),

-- two numbers in one field: the first is kept; 612345678.0 and 6.12345678E+08 come out
-- of spreadsheets, the latter with all its digits or not at all
single as (
    select
        raw_phone,
        country,
        case
            when
                length(raw_phone) > 19
                and {{ matches_pattern('raw_phone', '[/;,|]|ou') }}
                then {{ extract_pattern('raw_phone', '^([^/;,|o]+)') }}
            when
                {{ matches_pattern('raw_phone', '^[0-9][.,][0-9]{7,}[eE][+]?[0-9]+$') }}
                then rpad(
                    translate(split_part(upper(raw_phone), 'E', 1), '.,', ''),
                    1 + cast({{ extract_pattern(
                        'raw_phone', '[eE][+]?([0-9]{1,2})$'
                    ) }} as integer), '0'
                )
            when raw_phone like '%.0'
                then {{ replace_pattern('raw_phone', '^([0-9]+)[.]0$', '\\1') }}
            when
                raw_phone like '%(0)%'
                and {{ matches_pattern('raw_phone', '^[^0-9]*([+]|00)') }}
                then replace(raw_phone, '(0)', '')
            when {{ matches_pattern('raw_phone', '[a-zA-Z#]') }}
                then {{ drop_extension('raw_phone') }}
            else raw_phone
        end as phone
    from written
    where raw_phone is not null
),

digits as (
    select
        raw_phone,
        country,
        {{ replace_pattern('phone', '[^0-9]', '') }} as digits,
        ltrim(phone, ' (') like '+%' as has_plus
    from single
),

-- two national numbers with a blank between them
first_digits as (
    select
        raw_phone,
        country,
        case
            when
                length(digits) = 20 and digits like '0%' and digits not like '00%'
                and substr(digits, 11, 1) = '0'
                then left(digits, 10)
            else digits
        end as digits,
        has_plus
    from digits
)

select * from first_digits
