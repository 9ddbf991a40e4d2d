-- Nothing is published before the test on identity_changes has passed.
-- depends_on: {{ ref('identity_changes') }}
with

proposed as (
    select * from {{ ref('int_proposed_identities') }}
),

previous as (
    -- Its own rows: the view was made before this table was there.
    select * from {{ this if is_incremental() else ref('int_previous_identities') }}
    where valid_to is null
),

opened as (
    select
        proposed.record_id,
        proposed.customer_id,
        {{ run_time() }} as valid_from,
        cast(null as timestamp) as valid_to
    from proposed
    left join previous
        on
            proposed.record_id = previous.record_id
            and proposed.customer_id = previous.customer_id
    where previous.record_id is null
),

closed as (
    -- The record moved to another customer, or left its source.
    select
        previous.record_id,
        previous.customer_id,
        previous.valid_from,
        {{ run_time() }} as valid_to
    from previous
    left join proposed
        on
            previous.record_id = proposed.record_id
            and previous.customer_id = proposed.customer_id
    where proposed.record_id is null
),

changes as (
    select * from opened
    union all
    select * from closed
)

select * from changes
