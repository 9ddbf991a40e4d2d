with

source as (
    select * from {{ source('zendesk', 'tickets') }}
),

renamed as (
    select
        cast(id as text) as zendesk_ticket_id,
        cast(requester_id as text) as requester_user_id,
        cast(assignee_id as text) as assignee_user_id,
        nullif(trim(subject), '') as subject,
        nullif(trim(status), '') as status,
        nullif(trim(priority), '') as priority,
        nullif(trim(type), '') as ticket_type,
        nullif(trim(via__channel), '') as via_channel,
        nullif(trim(satisfaction_rating__score), '') as satisfaction_score,
        generated_timestamp as export_clock_seconds,
        created_at,
        updated_at
    from source
)

select * from renamed
