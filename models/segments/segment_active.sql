select
    customer_id,
    last_purchase_date
from {{ ref('customer_metrics') }}
where last_purchase_date > {{ date_before(var('active_customer_months'), 'month') }}
