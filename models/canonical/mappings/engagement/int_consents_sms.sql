with

messages as (
    select * from {{ ref('stg_sms__messages') }}
    where direction = 'inbound'
),

stop_words as (
    select * from {{ ref('sms_stop_words') }}
),

-- 'Stop.', 'STOP 36111' and 'stop svp' all begin with the word
replies as (
    select
        *,
        trim(replace(replace(replace(upper(body), '.', ' '), '!', ' '), ',', ' '))
            as reply
    from messages
),

mapped as (
    select distinct
        'sms:' || replies.sms_message_id as consent_id,
        'sms' as source,
        cast(null as text) as record_id,
        'phone' as contact_type,
        replies.sender_phone as contact_value,
        'sms' as channel,
        'marketing' as purpose,
        cast(null as text) as brand,
        'reply by sms' as evidence,
        false as is_granted,
        replies.created_at as collected_at
    from replies
    inner join stop_words
        on
            replies.reply = upper(stop_words.word)
            or (
                not stop_words.is_whole_message
                and replies.reply like upper(stop_words.word) || ' %'
            )
)

select * from mapped
