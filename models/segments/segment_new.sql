select
    customer_id,
    first_purchase_date
from {{ ref('customer_metrics') }}
where first_purchase_date > {{ date_before(var('new_customer_days'), 'day') }}
