select campaign
from {{ ref('sms_campaigns') }}
where message not like '%STOP%' or length(message) > 160
