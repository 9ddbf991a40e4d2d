with

parts as (
    select * from {{ ref('int_birth_date_texts') }}
),

numbers as (
    select
        *,
        cast(split_part(year_month_day, '-', 1) as integer) as written_year,
        cast(split_part(year_month_day, '-', 2) as integer) as second_number,
        cast(split_part(year_month_day, '-', 3) as integer) as third_number,
        length(split_part(year_month_day, '-', 1)) = 2 as is_short_year,
        cast(extract(year from {{ as_of_date() }}) as integer) as this_year
    from parts
),

-- 12/31/1980 can only be the American order; a two-digit year is the latest that fits
read_numbers as (
    select
        *,
        case
            when
                is_short_year
                and 2000 + written_year <= this_year - {{ var('youngest_age') }}
                then 2000 + written_year
            when is_short_year then 1900 + written_year
            else written_year
        end as year_number,
        case when second_number > 12 then third_number else second_number end
            as month_number,
        case when second_number > 12 then second_number else third_number end
            as day_number
    from numbers
),

calendar as (
    select
        *,
        case
            when
                year_number < 1 or month_number not between 1 and 12 or day_number < 1
                then 0
            when month_number in (4, 6, 9, 11) then 30
            when month_number <> 2 then 31
            when
                year_number % 4 = 0
                and (year_number % 100 <> 0 or year_number % 400 = 0)
                then 29
            else 28
        end as days_in_month
    from read_numbers
),

calendar_dates as (
    select
        source,
        raw_birth_date,
        record_count,
        case
            when day_number between 1 and days_in_month
                then make_date(year_number, month_number, day_number)
        end as birth_date
    from calendar
)

select * from calendar_dates
