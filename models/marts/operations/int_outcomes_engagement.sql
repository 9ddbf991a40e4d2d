with

outcomes as (
    {{ account_for(
        'web', 'events', ref('stg_web__events'),
        ref('canonical_events'), 'event_id',
        "'web:' || web_event_id"
    ) }}
    union all
    {{ account_for(
        'web', 'reviews', ref('stg_web__reviews'),
        ref('canonical_events'), 'event_id',
        "'web:review-' || web_review_id"
    ) }}
    union all
    {{ account_for(
        'zendesk', 'tickets', ref('stg_zendesk__tickets'),
        ref('canonical_events'), 'event_id',
        "'zendesk:ticket-' || zendesk_ticket_id"
    ) }}
    union all
    {{ account_for(
        'clientela', 'appointments', ref('stg_clientela__appointments'),
        ref('canonical_events'), 'event_id',
        "'clientela:appointment-' || clientela_appointment_id"
    ) }}
    union all
    {{ account_for(
        'clientela', 'order_preparations', ref('stg_clientela__order_preparations'),
        ref('canonical_events'), 'event_id',
        "'clientela:preparation-' || clientela_preparation_id"
    ) }}
    union all
    {{ account_for(
        'clientela', 'customer_consents', ref('stg_clientela__customer_consents'),
        ref('canonical_consents'), 'consent_id',
        "'clientela:' || clientela_card_id || '-' || lower(channel)"
    ) }}
    union all
    {{ account_for(
        'sms', 'messages', ref('stg_sms__messages'),
        ref('canonical_events'), 'event_id',
        "'sms:' || sms_message_id"
    ) }}
    union all
    {{ account_for(
        'splio', 'blacklisted_emails', ref('stg_splio__blacklisted_emails'),
        ref('canonical_consents'), 'consent_id',
        "'splio:' || md5(email) || '-' || reason"
    ) }}
    union all
    {{ account_for(
        'splio', 'blacklisted_cellphones', ref('stg_splio__blacklisted_cellphones'),
        ref('canonical_consents'), 'consent_id',
        "'splio:' || md5(phone) || '-' || reason"
    ) }}
    union all
    {{ account_for(
        'files', 'consents', ref('stg_files__consents'),
        ref('canonical_consents'), 'consent_id',
        "source || ':' || source_consent_id"
    ) }}
    union all
    {{ account_for(
        'files', 'events', ref('stg_files__events'),
        ref('canonical_events'), 'event_id',
        "source || ':file-' || source_event_id"
    ) }}
)

select * from outcomes
