with

ended as (
    select
        customer_id,
        max(valid_to) as ended_at
    from {{ ref('customer_identity_history') }}
    where valid_to is not null
    group by customer_id
),

living as (
    select distinct ended.customer_id
    from ended
    inner join {{ ref('customer_identity_history') }} as current_rows
        on ended.customer_id = current_rows.customer_id
    where current_rows.valid_to is null
),

former as (
    select ended.*
    from ended
    left join living on ended.customer_id = living.customer_id
    where living.customer_id is null
),

destinations as (
    -- Straight to where its last records are now: never a chain of redirects.
    select
        former.customer_id,
        former.ended_at,
        current_rows.customer_id as redirects_to_customer_id,
        count(*) as record_count
    from former
    inner join {{ ref('customer_identity_history') }} as last_rows
        on
            former.customer_id = last_rows.customer_id
            and former.ended_at = last_rows.valid_to
    inner join {{ ref('customer_identity_history') }} as current_rows
        on last_rows.record_id = current_rows.record_id
    where current_rows.valid_to is null
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
