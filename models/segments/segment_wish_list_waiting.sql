select
    customer_id,
    count(*) as item_count,
    min(added_at) as first_added_at
from {{ ref('wish_list_items') }}
where
    customer_id is not null
    and is_waiting
    and cast(added_at as date)
    <= {{ date_before(var('wish_list_waiting_after_days'), 'day') }}
group by customer_id
