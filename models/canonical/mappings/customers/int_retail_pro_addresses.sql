with

addresses as (
    select * from {{ ref('stg_retail_pro__customer_addresses') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by retail_pro_customer_id
            order by
                case when active_code = 1 then 1 else 2 end,
                updated_at desc,
                retail_pro_address_id asc
        ) as address_rank
    from addresses
),

current_addresses as (
    select * from ranked
    where address_rank = 1
)

select * from current_addresses
