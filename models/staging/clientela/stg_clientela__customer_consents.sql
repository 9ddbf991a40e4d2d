with

source as (
    select * from {{ source('clientela', 'customer_consents') }}
),

renamed as (
    select
        nullif(trim(card_id), '') as clientela_card_id,
        nullif(trim(channel), '') as channel,
        nullif(trim(source), '') as evidence,
        is_granted,
        collected_at
    from source
)

select * from renamed
