-- The money of every source arrives to the cent: what its documents say, less the
-- pieces that the web shop cancelled out of orders that went on.
with

documents as (
    select
        'magento' as source,
        total_amount
    from {{ ref('stg_magento__orders') }}
    union all
    select
        'magento' as source,
        -total_amount as total_amount
    from {{ ref('stg_magento__credit_memos') }}
    union all
    select
        'magento' as source,
        round(
            (items.row_amount - coalesce(items.discount_amount, 0))
            * cast(
                1 - items.cancelled_quantity / items.ordered_quantity
                as decimal(18, 12)
            ),
            2
        )
        - (items.row_amount - coalesce(items.discount_amount, 0)) as total_amount
    from {{ ref('stg_magento__order_items') }} as items
    inner join {{ ref('stg_magento__orders') }} as orders
        on
            items.magento_order_id = orders.magento_order_id
            and coalesce(orders.state, 'new') <> 'canceled'
    where
        items.parent_order_item_id is null
        and items.ordered_quantity > 0
        and items.cancelled_quantity > 0
    union all
    select
        'retail_pro' as source,
        total_amount
    from {{ ref('stg_retail_pro__receipts') }}
    union all
    select
        source,
        total_amount
    from {{ ref('stg_files__orders') }}
),

expected as (
    select
        source,
        cast(sum(total_amount) as decimal(18, 2)) as total_amount
    from documents
    group by source
),

found as (
    select
        source,
        sum(total_amount) as total_amount
    from {{ ref('canonical_orders') }}
    group by source
)

select
    coalesce(expected.source, found.source) as source,
    expected.total_amount as expected_amount,
    found.total_amount as found_amount
from expected
full outer join found on expected.source = found.source
where
    expected.total_amount <> found.total_amount
    or expected.source is null
    or found.source is null
