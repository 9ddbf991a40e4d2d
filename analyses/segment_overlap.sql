-- Which segments share customers, and how many?
with

memberships as (
    select * from {{ ref('segment_memberships') }}
),

pairs as (
    select
        one.segment,
        other.segment as other_segment,
        count(*) as customer_count
    from memberships as one
    inner join memberships as other
        on one.customer_id = other.customer_id and one.segment <= other.segment
    group by one.segment, other.segment
)

select * from pairs
order by segment, other_segment
