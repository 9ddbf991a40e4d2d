with

carts as (
    select
        *,
        -- an order of a later day is not known yet: that cart is still open
        coalesce(cast(converted_at as date) > {{ as_of_date() }}, false)
            as is_converted_later
    from {{ ref('canonical_carts') }}
),

identities as (
    select
        record_id,
        customer_id
    from {{ ref('customer_identities') }}
),

owners as (
    select * from {{ ref('contact_owners') }}
),

contact_values as (
    select * from {{ ref('contact_values') }}
),

identified as (
    select
        carts.cart_id,
        coalesce(identities.customer_id, owners.customer_id) as customer_id,
        carts.store_id,
        carts.source,
        carts.currency,
        carts.items_count,
        carts.total_amount,
        carts.is_active or carts.is_converted_later as is_active,
        (coalesce(carts.is_active, false) or carts.is_converted_later)
        and (carts.converted_at is null or carts.is_converted_later)
        and coalesce(carts.items_count, 0) > 0
        and cast(carts.updated_at as date)
        <= {{ date_before(var('cart_abandoned_after_days'), 'day') }} as is_abandoned,
        carts.created_at,
        carts.updated_at,
        case when not carts.is_converted_later then carts.converted_at end
            as converted_at
    from carts
    left join identities on carts.record_id = identities.record_id
    left join contact_values
        on
            contact_values.contact_type = 'email'
            and case when carts.record_id is null then carts.email end
            = contact_values.raw_value
    left join owners
        on
            contact_values.contact_type = owners.contact_type
            and contact_values.contact_key = owners.contact_form
)

select * from identified
