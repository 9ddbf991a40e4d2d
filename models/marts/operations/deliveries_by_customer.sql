with

receipts as (
    select * from {{ ref('receipts') }}
),

rejections as (
    select
        *,
        row_number() over (
            partition by sync_name, destination_key
            order by rejected_at desc, delivery_id desc
        ) as position
    from {{ ref('rejections') }}
),

last_rejections as (
    select * from rejections
    where position = 1
),

joined as (
    select
        coalesce(receipts.sync_name, last_rejections.sync_name) as sync_name,
        coalesce(receipts.destination_key, last_rejections.destination_key)
            as destination_key,
        coalesce(receipts.customer_id, last_rejections.customer_id) as customer_id,
        receipts.change_type as last_accepted_change,
        last_rejections.error_code as rejection_code,
        last_rejections.error_message as rejection_message,
        coalesce(receipts.change_type <> 'delete', false) as is_held,
        last_rejections.rejected_at is not null
        and last_rejections.settled_at is null
        and (
            receipts.delivered_at is null
            or receipts.delivered_at < last_rejections.rejected_at
        ) as is_rejected,
        receipts.delivered_at,
        last_rejections.rejected_at
    from receipts
    full outer join last_rejections
        on
            receipts.sync_name = last_rejections.sync_name
            and receipts.destination_key = last_rejections.destination_key
)

select * from joined
