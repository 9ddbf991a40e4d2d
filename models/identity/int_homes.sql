{{ config(materialized='learned') }}
-- Whether the data show people who share homes. Two first names and one birth date in a
-- home are twins, one name and two birth dates a father and his son: some of those who
-- share homes. Where almost nobody shares one, a wrong name or a wrong date is
-- likelier. A home is a door: an e-mail made of a name is shared by strangers of that
-- name.
with

pairs_in_homes as (
    select * from {{ ref('int_comparisons') }}
    where last_name >= 4 and street >= 4 and place >= 3
),

counts as (
    select
        10
        + count(case when first_name = 1 and birth_date = 1 then 1 end) as housemates,
        count(case when first_name = 1 and birth_date = 5 then 1 end)
            as born_on_one_day,
        count(case when first_name >= 4 and birth_date = 1 then 1 end) as of_one_name
    from pairs_in_homes
)

select
    housemates,
    born_on_one_day,
    of_one_name,
    (select count(*) from {{ ref('int_match_records') }}) as record_count,
    born_on_one_day <= {{ var('identity_housemates_share') }} * housemates as has_twins,
    of_one_name <= {{ var('identity_housemates_share') }} * housemates as has_namesakes
from counts
