with

statements as (
    select
        *,
        max(refused_at) over (partition by customer_id, purpose, channel, contact_key)
            as last_refused_at,
        max(case when not is_granted and weight <> 'flag' then 1 else 0 end)
            over (partition by customer_id, purpose, channel, contact_key)
            as has_stated_refusal
    from {{ ref('int_consent_statements') }}
),

judged as (
    select
        *,
        -- undated, not yet given, outlived by a refusal: no agreement
        is_granted
        and collected_at is not null
        and cast(collected_at as date) <= {{ as_of_date() }}
        and (last_refused_at is null or collected_at > last_refused_at)
        and (weight = 'statement' or has_stated_refusal = 0) as is_standing
    from statements
),

ranked as (
    select
        *,
        row_number() over (
            partition by customer_id, purpose, channel, contact_key
            order by
                is_standing desc,
                is_granted asc,
                coalesce(refused_at, collected_at) desc nulls last,
                consent_id asc
        ) as position
    from judged
),

decisions as (
    select
        customer_id,
        channel,
        purpose,
        contact_key,
        source,
        evidence,
        is_standing as is_granted,
        collected_at as decided_at
    from ranked
    where position = 1
)

select * from decisions
