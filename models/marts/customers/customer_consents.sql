with

decisions as (
    select
        *,
        case when channel in ('email', 'postal') then channel else 'phone' end
            as contact_type
    from {{ ref('int_consent_decisions') }}
),

points as (
    select * from {{ ref('customer_contact_points') }}
    where is_valid
),

joined as (
    -- consent to a contact point that is not this customer's is no consent of this
    -- customer: whoever lost the record in an un-merge loses the right with it
    select
        decisions.customer_id,
        decisions.channel,
        decisions.purpose,
        points.contact_value,
        decisions.source,
        decisions.evidence,
        decisions.is_granted,
        coalesce(points.is_best, false) as is_golden,
        decisions.decided_at,
        points.last_seen_at
    from decisions
    left join points
        on
            decisions.customer_id = points.customer_id
            and decisions.contact_type = points.contact_type
            and decisions.contact_key = points.contact_key
    where
        decisions.channel = 'postal'
        -- a fixed line takes no SMS, whatever was agreed
        or (
            decisions.channel = 'sms'
            and points.phone_type in ('mobile', 'fixed_or_mobile')
        )
        or (decisions.channel <> 'sms' and points.contact_value is not null)
),

ranked as (
    select
        *,
        row_number() over (
            partition by customer_id, purpose, channel
            order by
                is_granted desc,
                is_golden desc,
                decided_at desc nulls last,
                contact_value asc
        ) as position
    from joined
),

described as (
    select
        customer_id,
        channel,
        purpose,
        contact_value,
        source,
        evidence,
        is_granted,
        is_granted and position = 1 as is_best,
        decided_at
    from ranked
)

select * from described
