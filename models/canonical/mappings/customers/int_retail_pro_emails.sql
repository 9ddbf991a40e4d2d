with

emails as (
    select * from {{ ref('stg_retail_pro__customer_emails') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by retail_pro_customer_id
            order by updated_at desc, retail_pro_email_id asc
        ) as email_rank
    from emails
)

select * from ranked
