with

history as (
    select * from {{ ref('customer_identity_history') }}
),

former as (
    select
        customer_id,
        max(valid_to) as ended_at
    from history
    group by customer_id
    having count(*) = count(valid_to)
),

destinations as (
    -- Straight to where its last records are now: never a chain of redirects.
    select
        former.customer_id,
        former.ended_at,
        current_rows.customer_id as redirects_to_customer_id,
        count(*) as record_count
    from former
    inner join history as last_rows
        on
            former.customer_id = last_rows.customer_id
            and former.ended_at = last_rows.valid_to
    inner join history as current_rows
        on
            last_rows.record_id = current_rows.record_id
            and current_rows.valid_to is null
    group by
        former.customer_id, former.ended_at, current_rows.customer_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by customer_id
            order by record_count desc, redirects_to_customer_id asc
        ) as precedence
    from destinations
)

select
    customer_id,
    redirects_to_customer_id,
    ended_at
from ranked
where precedence = 1
