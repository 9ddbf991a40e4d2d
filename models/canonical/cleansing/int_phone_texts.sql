with

written as (
    select * from {{ ref('int_phones_written') }}
),

-- two numbers in one field: the first is kept; 0612345678.0 comes out of spreadsheets
single as (
    select
        raw_phone,
        country,
        case
            when
                length(raw_phone) > 19
                and {{ matches_pattern('raw_phone', '[/;,|]|ou') }}
                then {{ extract_pattern('raw_phone', '^([^/;,|o]+)') }}
            when raw_phone like '%.0'
                then {{ replace_pattern('raw_phone', '^([0-9]+)[.]0$', '\\1') }}
            when
                raw_phone like '%(0)%'
                and {{ matches_pattern('raw_phone', '^[^0-9]*([+]|00)') }}
                then replace(raw_phone, '(0)', '')
            when {{ matches_pattern('raw_phone', '[a-zA-Z#]') }}
                then {{ replace_pattern(
                    'lower(raw_phone)', '(ext|poste|x|#|p[.])[. :]*[0-9]+$', ''
                ) }}
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
)

select * from digits
