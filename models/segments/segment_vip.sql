select
    customer_id,
    purchase_count_12_months,
    revenue_12_months
from {{ ref('customer_metrics') }}
where
    revenue_12_months >= {{ var('vip_revenue_12_months') }}
    and purchase_count_12_months >= {{ var('vip_purchases_12_months') }}
