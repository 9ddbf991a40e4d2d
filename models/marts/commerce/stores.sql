with

stores as (
    select * from {{ ref('canonical_stores') }}
),

source_ranks as (
    select * from {{ ref('catalogue_source_ranks') }}
),

positioned as (
    select
        stores.*,
        row_number() over (
            partition by stores.store_id
            order by source_ranks.source_rank nulls last, stores.source
        ) as position,
        count(*) over (partition by stores.store_id) as source_count
    from stores
    left join source_ranks on stores.source = source_ranks.source
),

best as (
    select
        store_id,
        name,
        store_type,
        address_line_1,
        postcode,
        city,
        country,
        phone,
        email,
        source_count,
        is_active
    from positioned
    where position = 1
)

select * from best
