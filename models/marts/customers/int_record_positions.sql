-- A tool that we write to knows what we told it: even what a record there said before
-- we wrote yields to every other source, and is dated by its creation, or a correction
-- in a source system would never get through.
with

records as (
    select * from {{ ref('customer_records') }}
),

identities as (
    select * from {{ ref('customer_identities') }}
),

source_ranks as (
    select * from {{ ref('source_ranks') }}
),

other_sources as (
    select source_rank from source_ranks
    where source = '*'
),

ranked as (
    select
        identities.customer_id,
        records.record_id,
        coalesce(source_ranks.source_rank, other_sources.source_rank) as source_rank,
        case when source_ranks.is_written_by_us then 1 else 0 end as echo_rank,
        case
            when source_ranks.is_written_by_us then records.created_at
            else records.updated_at
        end as told_at
    from records
    inner join identities on records.record_id = identities.record_id
    cross join other_sources
    left join source_ranks on records.source = source_ranks.source
    -- a record that we made ourselves tells nothing and keeps no customer alive
    where records.published_customer_id is null
),

positioned as (
    select
        customer_id,
        record_id,
        echo_rank,
        row_number() over (
            partition by customer_id
            order by
                echo_rank asc, told_at desc nulls last, source_rank asc, record_id asc
        ) as recency_position,
        row_number() over (
            partition by customer_id
            order by
                echo_rank asc, source_rank asc, told_at desc nulls last, record_id asc
        ) as source_position
    from ranked
)

select * from positioned
