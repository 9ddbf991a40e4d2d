with

customers as (
    select * from {{ ref('int_unread_customers') }}
    where company_name is null
),

texts as (
    select * from {{ ref('int_name_texts') }}
),

-- the other field is empty, says Mme or the same
alone as (
    select
        customers.record_id,
        customers.last_name as raw_name
    from customers
    left join texts on customers.first_name = texts.raw_name
    left join {{ ref('int_sources_of_two_surnames') }} as two_surnames
        on customers.source = two_surnames.source
    where
        (customers.last_name like '% %' or customers.last_name like '%,%')
        and coalesce(texts.is_title or texts.name_key is null, true)
        and (two_surnames.source is null or customers.last_name like '%,%')
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
