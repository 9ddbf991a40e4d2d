select
    customer_id,
    contact_value,
    max(case when channel = 'email' then 1 else 0 end) = 1 as may_email,
    max(case when channel = 'sms' then 1 else 0 end) = 1 as may_sms,
    max(case when channel = 'phone' then 1 else 0 end) = 1 as may_call
from {{ ref('customer_consents') }}
where purpose = 'marketing' and is_granted and contact_value is not null
group by customer_id, contact_value
