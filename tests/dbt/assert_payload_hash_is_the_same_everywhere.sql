-- Known fingerprints: the length of each value, a colon, the value; null is a dash.
with

payload as (
    select
        cast('é' as text) as accented,
        cast(null as text) as absent,
        cast('' as text) as emptiness,
        cast(12.5 as decimal(18, 2)) as amount,
        cast('2026-06-30' as date) as birthday,
        true as is_known,
        cast(7 as bigint) as item_count
),

fingerprints as (
    select
        {{ payload_hash(
            ['accented', 'absent', 'emptiness', 'amount', 'birthday', 'is_known', 'item_count']
        ) }} as payload_hash,
        {{ payload_hash(['accented', 'emptiness', 'absent']) }} as other_hash,
        {{ payload_hash(['accented', 'absent', 'emptiness']) }} as first_hash
    from payload
)

select payload_hash
from fingerprints
where
    payload_hash <> md5('1:é-0:5:12.5010:2026-06-304:true1:7')
    or other_hash = first_hash
