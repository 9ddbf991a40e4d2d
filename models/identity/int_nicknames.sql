-- Both ways round, and two nicknames of one name: Bob is Robert, Robert is Bob, Bob is
-- Rob.
with

nicknames as (
    select distinct
        {{ match_key('nickname') }} as nickname,
        {{ match_key('formal_name') }} as formal_name
    from {{ ref('nicknames') }}
)

select
    nickname as first_name_key,
    formal_name as other_first_name_key
from nicknames
union
select
    formal_name as first_name_key,
    nickname as other_first_name_key
from nicknames
union
select
    near.nickname as first_name_key,
    far.nickname as other_first_name_key
from nicknames as near
inner join nicknames as far on near.formal_name = far.formal_name
where near.nickname <> far.nickname
