with

history as (
    -- Only the period that holds now.
    select * from {{ ref('customer_identity_history') }}
    where valid_to is null
),

redirects as (
    select * from {{ ref('customer_redirects') }}
),

records as (
    select * from {{ ref('customer_records') }}
),

customers as (
    select distinct history.customer_id
    from history
    inner join records on history.customer_id = records.published_customer_id
),

evidence as (
    select
        history.record_id,
        records.source,
        records.source_customer_id,
        history.customer_id,
        history.valid_from
    from history
    inner join records on history.record_id = records.record_id
),

echoes as (
    -- A record that we made follows whom we published there, wherever that is now.
    select
        records.record_id,
        records.source,
        records.source_customer_id,
        coalesce(customers.customer_id, redirects.redirects_to_customer_id)
            as customer_id,
        cast(null as timestamp) as valid_from
    from records
    left join customers on records.published_customer_id = customers.customer_id
    left join redirects on records.published_customer_id = redirects.customer_id
    where records.published_customer_id is not null
)

select * from evidence
union all
select * from echoes
-- A customer of whom nothing is left but what we published is none.
where customer_id is not null
