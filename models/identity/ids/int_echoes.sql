-- A record that we made follows whom we published there, wherever that is now.
with

echo_records as (
    select * from {{ ref('customer_records') }}
    where published_customer_id is not null
),

customers as (
    select distinct history.customer_id
    from {{ ref('customer_identity_history') }} as history
    inner join echo_records on history.customer_id = echo_records.published_customer_id
    where history.valid_to is null
),

echoes as (
    select
        echo_records.record_id,
        echo_records.source,
        echo_records.source_customer_id,
        coalesce(customers.customer_id, redirects.redirects_to_customer_id)
            as customer_id
    from echo_records
    left join customers on echo_records.published_customer_id = customers.customer_id
    left join {{ ref('customer_redirects') }} as redirects
        on echo_records.published_customer_id = redirects.customer_id
)

select * from echoes
-- A customer of whom nothing is left but what we published is none.
where customer_id is not null
