-- Nothing is published before the test on identity_changes has passed.
-- depends_on: {{ ref('identity_changes') }}
with

proposed as (
    select * from {{ ref('int_proposed_identities') }}
),

-- Of its own rows: the view was made before this table was there.
previous as (
    select
        previous.*,
        proposed.customer_id as proposed_customer_id,
        proposed.proposed_at
    from {{ this if is_incremental() else ref('int_previous_identities') }} as previous
    inner join proposed on previous.record_id = proposed.record_id
    where previous.valid_to is null
),

opened as (
    select
        proposed.record_id,
        proposed.customer_id,
        proposed.proposed_at as valid_from,
        cast(null as timestamp) as valid_to
    from proposed
    left join previous
        on
            proposed.record_id = previous.record_id
            and proposed.customer_id = previous.customer_id
    where proposed.customer_id is not null and previous.record_id is null
),

closed as (
    -- The record moved to another customer, or left its source.
    select
        record_id,
        customer_id,
        valid_from,
        proposed_at as valid_to
    from previous
    where customer_id is distinct from proposed_customer_id
),

changes as (
    select * from opened
    union all
    select * from closed
)

select * from changes
