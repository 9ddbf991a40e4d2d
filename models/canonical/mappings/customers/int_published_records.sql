with

published as (
    -- every contact that we write carries our customer id
    select
        'splio:' || splio_contact_id as record_id,
        orfevre_customer_id as published_customer_id
    from {{ ref('stg_splio__contacts') }}
    where orfevre_customer_id is not null
    union all
    -- a card of ours that a seller corrected since is the seller's word again
    select
        'clientela:' || clientela_card_id as record_id,
        external_customer_id as published_customer_id
    from {{ ref('stg_clientela__customers') }}
    where external_customer_id is not null and updated_by = 'orfevre'
)

select * from published
