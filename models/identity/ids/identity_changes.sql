with

previous as (
    select
        previous.record_id,
        previous.customer_id
    from {{ ref('int_previous_identities') }} as previous
    inner join {{ ref('int_proposed_identities') }} as proposed
        on previous.record_id = proposed.record_id
    where previous.valid_to is null
),

known_customers as (
    select distinct customer_id from previous
),

kept_customers as (
    select distinct known_customers.customer_id
    from known_customers
    inner join {{ ref('int_proposed_identities') }} as proposed
        on known_customers.customer_id = proposed.customer_id
),

-- Records that stay where they were are no change.
moves as (
    select
        previous.customer_id as previous_customer_id,
        proposed.customer_id as proposed_customer_id,
        min(proposed.record_id) as example_record_id,
        count(*) as record_count
    from {{ ref('int_proposed_identities') }} as proposed
    left join previous on proposed.record_id = previous.record_id
    where previous.customer_id is distinct from proposed.customer_id
    group by previous.customer_id, proposed.customer_id
)

select
    moves.previous_customer_id,
    moves.proposed_customer_id,
    case
        when moves.previous_customer_id is null and known_customers.customer_id is null
            then 'new'
        when moves.previous_customer_id is null then 'joined'
        when moves.proposed_customer_id is null and kept_customers.customer_id is null
            then 'gone'
        when moves.proposed_customer_id is null then 'left'
        when kept_customers.customer_id is null then 'merged'
        when known_customers.customer_id is null then 'split'
        else 'moved'
    end as change_type,
    moves.example_record_id,
    moves.record_count
from moves
left join known_customers
    on moves.proposed_customer_id = known_customers.customer_id
left join kept_customers
    on moves.previous_customer_id = kept_customers.customer_id
