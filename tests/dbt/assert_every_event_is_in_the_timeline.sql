-- Each canonical event and each completed order stands in the timeline once.
with

expected as (
    select count(*) as event_count from {{ ref('canonical_events') }}
    union all
    select count(*) as event_count from {{ ref('orders') }}
    where status = 'completed'
),

found as (
    select count(*) as event_count from {{ ref('customer_events') }}
)

select
    found.event_count,
    sum(expected.event_count) as expected_count
from found
cross join expected
group by found.event_count
having found.event_count <> sum(expected.event_count)
