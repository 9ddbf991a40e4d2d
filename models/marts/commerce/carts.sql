with

carts as (

    select * from {{ ref('canonical_carts') }}

),

identities as (

    select
        record_id,
        customer_id
    from {{ ref('customer_identities') }}

),

owners as (

    select
        contact_form,
        customer_id
    from {{ ref('contact_owners') }}
    where contact_type = 'email'

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
        carts.is_active,
        coalesce(carts.is_active, false)
        and carts.converted_at is null
        and coalesce(carts.items_count, 0) > 0
        and cast(carts.updated_at as date)
        <= {{ date_before(var('cart_abandoned_after_days'), 'day') }} as is_abandoned,
        carts.created_at,
        carts.updated_at,
        carts.converted_at
    from carts
    left outer join identities on carts.record_id = identities.record_id
    left outer join owners
        on
            {{ contact_form('carts.email', "'email'") }} = owners.contact_form
            and carts.record_id is null

)

select * from identified
