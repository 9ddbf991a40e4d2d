with

cards as (
    select * from {{ ref('int_clientela_cards') }}
),

consents as (
    select * from {{ ref('int_clientela_consents') }}
),

flagged as (
    -- what the seller sees of each contact point: whether marketing may use it
    select
        cards.*,
        coalesce(emails.may_email, false) as has_email_consent,
        coalesce(phones.may_sms, false) as has_sms_consent,
        coalesce(phones.may_call, false) as has_phone_consent
    from cards
    left join consents as emails
        on cards.customer_id = emails.customer_id and cards.email = emails.contact_value
    left join consents as phones
        on cards.customer_id = phones.customer_id and cards.phone = phones.contact_value
),

hashed as (
    select
        destination_key,
        customer_id,
        -- card_id says where to write, not what: once linked, it changes nothing
        {{ payload_hash([
            'title', 'first_name', 'last_name', 'birth_date', 'gender', 'email', 'phone',
            'address_line_1', 'address_line_2', 'postcode', 'city', 'country',
            'language', 'home_store_code', 'loyalty_card', 'visible_in_stores',
            'last_orders', 'wish_list', 'favourite_store', 'purchases_12_months',
            'revenue_12_months', 'revenue', 'average_basket', 'last_purchase_date',
            'has_email_consent', 'has_sms_consent', 'has_phone_consent'
        ]) }} as payload_hash,
        -- keeping a card needs no agreement to marketing: the flags say what it allows
        true as has_consent,
        card_id,
        title,
        first_name,
        last_name,
        birth_date,
        gender,
        email,
        phone,
        address_line_1,
        address_line_2,
        postcode,
        city,
        country,
        language,
        home_store_code,
        loyalty_card,
        visible_in_stores,
        last_orders,
        wish_list,
        favourite_store,
        purchases_12_months,
        revenue_12_months,
        revenue,
        average_basket,
        last_purchase_date,
        has_email_consent,
        has_sms_consent,
        has_phone_consent
    from flagged
)

select * from hashed
