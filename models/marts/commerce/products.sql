with

products as (
    select * from {{ ref('canonical_products') }}
),

source_ranks as (
    select * from {{ ref('catalogue_source_ranks') }}
),

positioned as (
    select
        products.*,
        row_number() over (
            partition by products.product_id
            order by source_ranks.source_rank nulls last, products.source
        ) as position
    from products
    left join source_ranks on products.source = source_ranks.source
),

-- the best-placed catalogue speaks; the next one fills what it leaves empty
merged as (
    select
        product_id,
        coalesce(
            max(case when position = 1 then name end),
            max(case when position = 2 then name end),
            max(name)
        ) as name,
        coalesce(
            max(case when position = 1 then brand end),
            max(case when position = 2 then brand end),
            max(brand)
        ) as brand,
        coalesce(
            max(case when position = 1 then category end),
            max(case when position = 2 then category end),
            max(category)
        ) as category,
        coalesce(
            max(case when position = 1 then price end),
            max(case when position = 2 then price end),
            max(price)
        ) as price,
        count(*) as source_count,
        max(case when is_active then 1 else 0 end) = 1 as is_active,
        max(updated_at) as updated_at
    from positioned
    group by product_id
)

select * from merged
