{{ config(materialized='view') }}
-- One question for two customers: the pair of their records that speaks most for a
-- match.
with

links as (
    select
        *,
        least(left_customer_id, right_customer_id) as first_customer_id,
        greatest(left_customer_id, right_customer_id) as second_customer_id
    from {{ ref('identity_links') }}
    where
        left_customer_id <> right_customer_id
        and decision is null
        -- Who has no name is with its best link already.
        and reason not like 'no name%'
        and (
            reason = 'not enough evidence'
            or score >= {{ var('identity_match_threshold') }}
        )
),

identities as (
    select * from {{ ref('customer_identities') }}
),

decided_customers as (
    select distinct
        least(near.customer_id, far.customer_id) as first_customer_id,
        greatest(near.customer_id, far.customer_id) as second_customer_id
    from {{ ref('decided_pairs') }} as decided
    inner join identities as near on decided.left_record_id = near.record_id
    inner join identities as far on decided.right_record_id = far.record_id
    where not decided.is_expired
),

ranked as (
    select
        links.*,
        row_number() over (
            partition by links.first_customer_id, links.second_customer_id
            order by
                links.score desc,
                links.left_record_id asc,
                links.right_record_id asc
        ) as choice
    from links
    left join decided_customers
        on
            links.first_customer_id = decided_customers.first_customer_id
            and links.second_customer_id = decided_customers.second_customer_id
    where decided_customers.first_customer_id is null
)

select
    left_record_id,
    right_record_id,
    left_customer_id,
    right_customer_id,
    reason,
    score,
    cast(1 / (1 + power(2, -score / 10.0)) as decimal(9, 6)) as chance
from ranked
where choice = 1
