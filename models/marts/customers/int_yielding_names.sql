with

records as (
    select
        customer_id,
        record_id,
        {{ text_key('first_name') }} as first_name,
        {{ text_key('last_name') }} as last_name,
        country,
        echo_rank,
        recency_position
    from {{ ref('int_customer_records') }}
    where first_name <> last_name
),

-- one that a tool that we write to says is what we told it
ways as (
    select
        near.customer_id,
        near.first_name,
        near.last_name,
        max(case when {{ is_french('near.country') }} then 1 else 0 end) as is_french,
        count(distinct case when near.echo_rank = 0 then near.record_id end)
            as record_count,
        min(near.recency_position) as recency_position
    from records as near
    inner join records as far
        on
            near.customer_id = far.customer_id
            and near.first_name = far.last_name
            and near.last_name = far.first_name
    group by near.customer_id, near.first_name, near.last_name
),

weighed as (
    select
        ways.*,
        case
            when ways.is_french = 1 then {{ name_bearers('given', 'family') }} else 1
        end
        * power({{ var('reversed_name_odds') }}, least(ways.record_count, 99)) as weight
    from ways
    left join {{ ref('name_frequencies') }} as given
        on ways.first_name = given.name
    left join {{ ref('name_frequencies') }} as family
        on ways.last_name = family.name
),

less_likely as (
    select wrong.*
    from weighed as wrong
    inner join weighed as other_way
        on
            wrong.customer_id = other_way.customer_id
            and wrong.first_name = other_way.last_name
            and wrong.last_name = other_way.first_name
    where
        other_way.record_count > 0
        and (
            other_way.weight >= {{ var('reversed_name_odds') }} * wrong.weight
            or (
                other_way.weight * {{ var('reversed_name_odds') }} > wrong.weight
                and other_way.recency_position < wrong.recency_position
            )
        )
),

yielding as (
    select
        records.customer_id,
        records.record_id
    from records
    inner join less_likely
        on
            records.customer_id = less_likely.customer_id
            and records.first_name = less_likely.first_name
            and records.last_name = less_likely.last_name
)

select * from yielding
