with

records as (
    select
        identities.customer_id,
        records.record_id,
        upper({{ strip_accents('records.first_name') }}) as first_name,
        upper({{ strip_accents('records.last_name') }}) as last_name,
        records.updated_at,
        source_ranks.is_written_by_us
    from {{ ref('customer_records') }} as records
    inner join {{ ref('customer_identities') }} as identities
        on records.record_id = identities.record_id
    left join {{ ref('source_ranks') }} as source_ranks
        on records.source = source_ranks.source
    where records.first_name <> records.last_name
),

-- a tool that we write to has no voice
ways as (
    select
        near.customer_id,
        near.first_name,
        near.last_name,
        count(distinct case
            when not coalesce(near.is_written_by_us, false)
                then near.record_id
        end) as record_count,
        max(near.updated_at) as updated_at
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
        {{ name_bearers('given', 'family') }} * power(
            {{ var('reversed_name_odds') }}, least(ways.record_count, 99)
        ) as weight,
        row_number() over (
            partition by ways.customer_id
            order by ways.updated_at desc nulls last, ways.first_name asc
        ) as recency_position
    from ways
    left join {{ ref('name_frequencies') }} as given
        on {{ text_key('ways.first_name') }} = given.name
    left join {{ ref('name_frequencies') }} as family
        on {{ text_key('ways.last_name') }} = family.name
),

reversed as (
    select wrong.*
    from weighed as wrong
    inner join weighed as other_way
        on
            wrong.customer_id = other_way.customer_id
            and wrong.first_name = other_way.last_name
            and wrong.last_name = other_way.first_name
    where
        other_way.weight >= {{ var('reversed_name_odds') }} * wrong.weight
        or (
            other_way.weight * {{ var('reversed_name_odds') }} > wrong.weight
            and other_way.recency_position < wrong.recency_position
        )
)

select records.record_id
from records
inner join reversed
    on
        records.customer_id = reversed.customer_id
        and records.first_name = reversed.first_name
        and records.last_name = reversed.last_name
