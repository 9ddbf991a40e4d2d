with

phones as (
    select * from {{ ref('stg_retail_pro__customer_phones') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by retail_pro_customer_id
            order by updated_at desc, retail_pro_phone_id asc
        ) as phone_rank
    from phones
)

select * from ranked
