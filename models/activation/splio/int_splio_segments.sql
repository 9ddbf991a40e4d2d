select
    customer_id,
    string_agg(segment, ',' order by segment) as segments
from {{ ref('segment_memberships') }}
group by customer_id
