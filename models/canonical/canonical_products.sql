with

products as (
    -- a new source is a line here
    select * from {{ ref('int_products_magento') }}
    union all
    select * from {{ ref('int_products_retail_pro') }}
    union all
    select * from {{ ref('int_products_files') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by source, product_id
            order by
                case when is_active then 1 else 2 end,
                updated_at desc,
                source_product_id asc
        ) as product_rank
    from products
),

-- items of one catalogue that share a stock-keeping unit are one product: the newest
-- on sale speaks for them
canonical as (
    select
        source,
        product_id,
        name,
        brand,
        category,
        cast(round(price, 2) as decimal(18, 2)) as price,
        is_active,
        updated_at
    from ranked
    where product_rank = 1
)

select * from canonical
