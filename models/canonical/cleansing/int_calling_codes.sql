with

plans as (
    select * from {{ ref('phone_plans') }}
),

-- a calling code has one digit, two or three, and none is another's beginning
coded as (
    select
        firsts.word || seconds.word || thirds.word as leading_digits,
        plans.plan_code,
        plans.calling_code,
        plans.trunk_prefix
    from plans
    cross join {{ split_words("'0 1 2 3 4 5 6 7 8 9'", 'firsts') }}
    cross join {{ split_words("'0 1 2 3 4 5 6 7 8 9'", 'seconds') }}
    cross join {{ split_words("'0 1 2 3 4 5 6 7 8 9'", 'thirds') }}
    where firsts.word || seconds.word || thirds.word like plans.calling_code || '%'
)

select * from coded
