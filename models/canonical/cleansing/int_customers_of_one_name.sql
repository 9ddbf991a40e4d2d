with

customers as (
    select * from {{ ref('int_unread_customers') }}
    where company_name is null
),

texts as (
    select * from {{ ref('int_name_texts') }}
),

two_surnames as (
    select * from {{ ref('int_sources_of_two_surnames') }}
),

-- the other field is empty, says Mme or the same
alone as (
    select
        customers.record_id,
        customers.last_name as raw_name
    from customers
    left join texts on customers.first_name = texts.raw_name
    where
        (customers.last_name like '% %' or customers.last_name like '%,%')
        and coalesce(texts.is_title or texts.name_key is null, true)
        and (
            customers.last_name like '%,%'
            or customers.source not in (select two_surnames.source from two_surnames)
        )
    union
    select
        record_id,
        first_name as raw_name
    from customers
    where
        (first_name like '% %' or first_name like '%,%')
        and coalesce(last_name, first_name) = first_name
)

select * from alone
