with

previous as (
    select
        previous.record_id,
        previous.customer_id,
        proposed.customer_id as proposed_customer_id
    from {{ ref('int_previous_identities') }} as previous
    inner join {{ ref('int_proposed_identities') }} as proposed
        on previous.record_id = proposed.record_id
    where previous.valid_to is null
),

known_customers as (
    select
        customer_id,
        max(case when customer_id = proposed_customer_id then 1 else 0 end) = 1
            as is_kept,
        count(proposed_customer_id) = 0 as is_gone
    from previous
    group by customer_id
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
        when moves.previous_customer_id is null and destinations.customer_id is null
            then 'new'
        when moves.previous_customer_id is null then 'joined'
        when moves.proposed_customer_id is null and origins.is_gone then 'gone'
        when moves.proposed_customer_id is null then 'left'
        -- Though the customer that they leave ends: the others are of another now.
        when destinations.customer_id is null then 'split'
        when origins.is_kept then 'moved'
        else 'merged'
    end as change_type,
    moves.example_record_id,
    moves.record_count
from moves
left join known_customers as destinations
    on moves.proposed_customer_id = destinations.customer_id
left join known_customers as origins
    on moves.previous_customer_id = origins.customer_id
