with

outcomes as (
    {{ account_for(
        'magento', 'customers', ref('stg_magento__customers'),
        ref('canonical_customers'), 'record_id',
        "'magento:' || magento_customer_id"
    ) }}
    union all
    {{ account_for(
        'magento', 'customer_addresses', ref('stg_magento__customer_addresses'),
        ref('canonical_customers'), 'record_id',
        "'magento:' || magento_customer_id",
        parent=ref('stg_magento__customers'), parent_key='magento_customer_id'
    ) }}
    union all
    {{ account_for(
        'retail_pro', 'customer', ref('stg_retail_pro__customers'),
        ref('canonical_customers'), 'record_id',
        "'retail_pro:' || retail_pro_customer_id"
    ) }}
    union all
    {{ account_for(
        'retail_pro', 'customer_address', ref('stg_retail_pro__customer_addresses'),
        ref('canonical_customers'), 'record_id',
        "'retail_pro:' || retail_pro_customer_id",
        parent=ref('stg_retail_pro__customers'), parent_key='retail_pro_customer_id'
    ) }}
    union all
    {{ account_for(
        'retail_pro', 'customer_email', ref('stg_retail_pro__customer_emails'),
        ref('canonical_contact_points'), 'record_id || contact_value',
        "'retail_pro:' || retail_pro_customer_id || email",
        parent=ref('stg_retail_pro__customers'), parent_key='retail_pro_customer_id'
    ) }}
    union all
    {{ account_for(
        'retail_pro', 'customer_phone', ref('stg_retail_pro__customer_phones'),
        ref('canonical_contact_points'), 'record_id || contact_value',
        "'retail_pro:' || retail_pro_customer_id || phone",
        parent=ref('stg_retail_pro__customers'), parent_key='retail_pro_customer_id'
    ) }}
    union all
    {{ account_for(
        'clientela', 'customers', ref('stg_clientela__customers'),
        ref('canonical_customers'), 'record_id',
        "'clientela:' || clientela_card_id"
    ) }}
    union all
    {{ account_for(
        'splio', 'contacts', ref('stg_splio__contacts'),
        ref('canonical_customers'), 'record_id',
        "'splio:' || splio_contact_id"
    ) }}
    union all
    {{ account_for(
        'zendesk', 'users', ref('stg_zendesk__users'),
        ref('canonical_customers'), 'record_id',
        "'zendesk:' || zendesk_user_id",
        reason="case when user_role <> 'end-user' then 'member of staff' end"
    ) }}
    union all
    {{ account_for(
        'files', 'customers', ref('stg_files__customers'),
        ref('canonical_customers'), 'record_id',
        "source || ':' || source_customer_id"
    ) }}
)

select * from outcomes
