with

-- only what ends as one of them is looked at closer
points as (
    select
        record_id,
        right(translate(contact_value, ' .-/()', ''), 9) as last_digits
    from {{ ref('canonical_contact_points') }}
    where
        contact_type = 'phone'
        and right(contact_value, 2) in (
            select right(doubtful.phone, 2)
            from {{ ref('phone_sequences') }} as doubtful
        )
),

-- 06 12 34 56 78 may be somebody's: the names on it tell
bearers as (
    select phones.phone
    from {{ ref('phone_sequences') }} as phones
    inner join points on right(phones.phone, 9) = points.last_digits
    inner join {{ ref('canonical_customers') }} as customers
        on points.record_id = customers.record_id
    group by phones.phone
    having
        count(distinct {{ text_key('customers.last_name') }})
        >= {{ var('placeholder_phone_names') }}
),

placeholders as (
    select phone from {{ ref('phone_placeholders') }}
    union
    select phone from bearers
)

select * from placeholders
