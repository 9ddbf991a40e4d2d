with

-- what is missing is looked up too: a join in which every record finds a row is faster
written as (
    select
        source,
        coalesce(birth_date, '') as raw_birth_date,
        count(*) as record_count
    from {{ ref('canonical_customers') }}
    group by 1, 2
),

-- le 12 mars 1985, 1er avril 85; Aug 12, 1985
spelled as (
    select
        *,
        case
            when {{ matches_pattern('raw_birth_date', '[A-Za-z]{2}') }}
                then {{ replace_pattern(
                    replace_pattern(
                        text_key('raw_birth_date'),
                        '^([A-Z]+ )*([0-9]{1,2})(ER|ST|ND|RD|TH)? (DE )?([A-Z]+) (DE )?([0-9]+)$',
                        '\\2-\\5-\\7'
                    ), '^([A-Z]+) ([0-9]{1,2}) ([0-9]+)$', '\\2-\\1-\\3'
                ) }}
        end as date_words
    from written
),

-- the time of day, which a birth date does not have, is dropped
dated as (
    select
        spelled.source,
        spelled.raw_birth_date,
        spelled.record_count,
        case
            when months.month_key is not null
                then replace(
                    spelled.date_words, months.month_key,
                    cast(months.month_number as text)
                )
            else translate(
                split_part(split_part(trim(spelled.raw_birth_date), ' ', 1), 'T', 1),
                '/. ', '---'
            )
        end as date_text
    from spelled
    left join {{ ref('month_names') }} as months
        on split_part(spelled.date_words, '-', 2) = months.month_key
)

select * from dated
