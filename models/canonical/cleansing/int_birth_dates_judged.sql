with

dates as (
    select
        dates.*,
        placeholders.birth_date is not null as is_placeholder,
        extract(day from dates.birth_date) = 1
        and extract(month from dates.birth_date) = 1
        and placeholders.birth_date is null as is_new_year
    from {{ ref('int_birth_dates') }} as dates
    left join {{ ref('birth_date_placeholders') }} as placeholders
        on dates.birth_date = placeholders.birth_date
),

-- a first of January that too many customers of one source share is a till's default;
-- many of them, no one date most of them, are how the source writes a year
shares as (
    select
        source,
        birth_date,
        sum(record_count) as record_count,
        sum(sum(case when is_new_year then record_count else 0 end))
            over (partition by source)
            as new_year_count,
        sum(sum(record_count)) over (partition by source) as source_count
    from dates
    where birth_date is not null
    group by source, birth_date
),

judged as (
    select
        dates.source,
        dates.raw_birth_date,
        dates.birth_date,
        case
            when dates.birth_date is null then 'invalid'
            when dates.is_placeholder then 'placeholder'
            when dates.birth_date > {{ as_of_date() }} then 'future'
            when
                extract(year from dates.birth_date)
                < extract(year from {{ as_of_date() }}) - {{ var('oldest_age') }}
                then 'too_old'
            when
                dates.is_new_year
                and shares.new_year_count >= {{ var('default_birth_date_records') }}
                and shares.new_year_count * 2 >= shares.source_count
                and shares.record_count * 2 < shares.new_year_count
                then 'year_only'
            when
                dates.is_new_year
                and shares.record_count >= {{ var('default_birth_date_records') }}
                and shares.record_count
                >= {{ var('default_birth_date_share') }} * shares.source_count
                then 'default'
            else 'valid'
        end as status
    from dates
    left join shares
        on dates.source = shares.source and dates.birth_date = shares.birth_date
)

select * from judged
