with

dated as (
    select * from {{ ref('int_birth_dates_written') }}
),

parts as (
    select
        *,
        case
            when {{ matches_pattern('date_text', '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}$') }}
                then date_text
            when {{ matches_pattern('date_text', '^(1[89]|20)[0-9]{6}$') }}
                then
                    substr(date_text, 1, 4) || '-' || substr(date_text, 5, 2)
                    || '-' || substr(date_text, 7, 2)
            when
                {{ matches_pattern(
                    'date_text', '^[0-9]{1,2}-[0-9]{1,2}-([0-9]{2}){1,2}$'
                ) }}
                then
                    split_part(date_text, '-', 3)
                    || '-'
                    || split_part(date_text, '-', 2)
                    || '-' || split_part(date_text, '-', 1)
        end as year_month_day
    from dated
)

select * from parts
