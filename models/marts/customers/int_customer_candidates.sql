with

candidates as (
    select * from {{ ref('int_customer_values') }}
),

said as (
    select * from {{ ref('int_customer_value_counts') }}
),

weighed as (
    -- positions are unique within a customer, so no two candidates weigh the same
    select
        candidates.customer_id,
        candidates.record_id,
        candidates.field,
        candidates.value,
        candidates.source,
        candidates.strategy,
        case
            when candidates.strategy = 'source_rank' then candidates.source_position
            when candidates.strategy = 'most_recent' then candidates.recency_position
            when candidates.strategy in ('most_frequent', 'most_frequent_full_form')
                then
                    case when said.is_short_form then 1000000000000 else 0 end
                    + (1000000 - said.record_count) * 1000000
                    + candidates.recency_position
            when candidates.strategy = 'most_complete'
                then
                    cast(1000000 - length(candidates.value) as bigint) * 1000000
                    + candidates.echo_rank * 1000000000000 + candidates.recency_position
        end as weight
    from candidates
    left join said
        on
            candidates.customer_id = said.customer_id
            and candidates.field = said.field
            and candidates.value = said.value
)

select * from weighed
