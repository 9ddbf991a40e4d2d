with

source as (
    select * from {{ source('clientela', 'appointments') }}
),

renamed as (
    select
        nullif(trim(appointment_id), '') as clientela_appointment_id,
        nullif(trim(card_id), '') as clientela_card_id,
        nullif(trim(store_code), '') as store_id,
        nullif(trim(advisor_id), '') as advisor_id,
        nullif(trim(kind), '') as kind,
        nullif(trim(status), '') as status,
        starts_at,
        created_at,
        updated_at
    from source
)

select * from renamed
