select
    purpose,
    customer_id,
    max(case when channel = 'email' then contact_value end) as email,
    max(case when channel = 'sms' then contact_value end) as cellphone
from {{ ref('customer_consents') }}
where is_best and channel in ('email', 'sms')
group by purpose, customer_id
