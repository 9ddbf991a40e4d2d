with

-- 06 12 34 56 78 may be somebody's: the names on it tell
bearers as (
    select phones.phone
    from {{ ref('phone_sequences') }} as phones
    inner join {{ ref('canonical_contact_points') }} as contact_points
        on
            right(phones.phone, 9)
            = right(translate(contact_points.contact_value, ' .-/()', ''), 9)
    inner join {{ ref('canonical_customers') }} as customers
        on contact_points.record_id = customers.record_id
    where contact_points.contact_type = 'phone'
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
