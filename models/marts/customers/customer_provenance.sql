with

candidates as (
    select * from {{ ref('int_customer_candidates') }}
),

titles as (
    select
        title,
        max(gender) as gender
    from {{ ref('titles') }}
    group by title
),

genders as (
    select
        customer_id,
        value as gender,
        row_number() over (partition by customer_id order by weight) as position
    from candidates
    where field = 'gender'
),

fitting as (
    -- title and gender survive together: a title of the other gender does not; an
    -- address without a street does not where the same place has one, nor one of a town
    -- that is not found where the same street has one that is; nor do names in the
    -- wrong order
    select candidates.*
    from candidates
    left join titles on candidates.field = 'title' and candidates.value = titles.title
    left join genders
        on
            candidates.customer_id = genders.customer_id
            and genders.position = 1
    left join {{ ref('int_yielding_addresses') }} as addresses
        on candidates.field = 'address' and candidates.record_id = addresses.record_id
    left join {{ ref('int_yielding_names') }} as names
        on
            candidates.field in ('first_name', 'last_name')
            and candidates.record_id = names.record_id
    where
        coalesce(titles.gender = genders.gender, true)
        and addresses.record_id is null
        and names.record_id is null
),

lightest as (
    select
        customer_id,
        field,
        min(weight) as weight
    from fitting
    group by customer_id, field
),

survivors as (
    select
        fitting.customer_id,
        fitting.record_id,
        fitting.field,
        fitting.value,
        fitting.source,
        fitting.strategy
    from fitting
    inner join lightest
        on
            fitting.customer_id = lightest.customer_id
            and fitting.field = lightest.field
            and fitting.weight = lightest.weight
)

select * from survivors
