with recursive

history as (
    select * from {{ ref('customer_identity_history') }}
),

customers as (
    select
        customer_id,
        case when count(*) = count(valid_to) then max(valid_to) end as ended_at
    from history
    group by customer_id
),

holders as (
    -- Where its last records are now, or were when they left their sources.
    select
        former.customer_id,
        former.ended_at,
        later_rows.customer_id as holder_id,
        later_rows.valid_to,
        row_number() over (
            partition by former.customer_id, later_rows.record_id
            order by later_rows.valid_from desc
        ) as place
    from customers as former
    inner join history as last_rows
        on
            former.customer_id = last_rows.customer_id
            and former.ended_at = last_rows.valid_to
    inner join history as later_rows
        on
            last_rows.record_id = later_rows.record_id
            and former.ended_at <= later_rows.valid_from
),

ranked as (
    -- One that is there says more than any that have gone.
    select
        customer_id,
        ended_at,
        holder_id,
        row_number() over (
            partition by customer_id
            order by count(*) - count(valid_to) desc, count(*) desc, holder_id asc
        ) as precedence
    from holders
    where place = 1
    group by customer_id, ended_at, holder_id
),

heirs as (
    select
        customer_id,
        ended_at,
        holder_id
    from ranked
    where precedence = 1
),

-- To the last one, never a chain of redirects: an heir always ends later.
followed as (
    select * from heirs
    union all
    select
        followed.customer_id,
        followed.ended_at,
        heirs.holder_id
    from followed
    inner join heirs on followed.holder_id = heirs.customer_id
)

select
    followed.customer_id,
    followed.holder_id as redirects_to_customer_id,
    followed.ended_at
from followed
inner join customers on followed.holder_id = customers.customer_id
where customers.ended_at is null
