with

items as (
    select * from {{ ref('canonical_wish_list_items') }}
),

identities as (
    select
        record_id,
        customer_id
    from {{ ref('customer_identities') }}
),

lines as (
    select * from {{ ref('order_lines') }}
),

identified as (
    select
        items.wish_list_item_id,
        identities.customer_id,
        items.product_id,
        items.store_id,
        items.note,
        items.added_at,
        case
            when cast(items.removed_at as date) <= {{ as_of_date() }}
                then items.removed_at
        end as removed_at
    from items
    left join identities on items.record_id = identities.record_id
),

bought as (
    select
        identified.wish_list_item_id,
        min(lines.ordered_at) as bought_at
    from identified
    inner join lines
        on
            identified.customer_id = lines.customer_id
            and identified.product_id = lines.product_id
            and identified.added_at <= lines.ordered_at
    where
        lines.status = 'completed'
        and not lines.is_return
        -- later days are not known yet
        and cast(lines.ordered_at as date) <= {{ as_of_date() }}
    group by identified.wish_list_item_id
),

described as (
    select
        identified.wish_list_item_id,
        identified.customer_id,
        identified.product_id,
        identified.store_id,
        identified.note,
        identified.removed_at is null and bought.bought_at is null as is_waiting,
        identified.added_at,
        identified.removed_at,
        bought.bought_at
    from identified
    left join bought
        on identified.wish_list_item_id = bought.wish_list_item_id
)

select * from described
