with

candidates as (
    select * from {{ ref('int_customer_candidates') }}
),

lightest as (
    select
        customer_id,
        field,
        min(weight) as weight
    from candidates
    group by customer_id, field
),

survivors as (
    select
        candidates.customer_id,
        candidates.record_id,
        candidates.field,
        candidates.value,
        candidates.source,
        candidates.strategy
    from candidates
    inner join lightest
        on
            candidates.customer_id = lightest.customer_id
            and candidates.field = lightest.field
            and candidates.weight = lightest.weight
)

select * from survivors
