select
    'new' as segment,
    customer_id
from {{ ref('segment_new') }}
union all
select
    'active' as segment,
    customer_id
from {{ ref('segment_active') }}
union all
select
    'vip' as segment,
    customer_id
from {{ ref('segment_vip') }}
union all
select
    'lapsed' as segment,
    customer_id
from {{ ref('segment_lapsed') }}
union all
select
    'abandoned_cart' as segment,
    customer_id
from {{ ref('segment_abandoned_cart') }}
union all
select
    'wish_list_waiting' as segment,
    customer_id
from {{ ref('segment_wish_list_waiting') }}
