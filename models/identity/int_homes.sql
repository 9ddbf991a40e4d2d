{{ config(materialized='learned') }}
-- Whether the data show people who share homes. Two first names and one birth date in a
-- home are twins, one name and two birth dates a father and his son: some of those who
-- share homes. Where almost nobody shares one, a wrong name or a wrong date is
-- likelier. Homes are counted: twins of many records make many pairs. A home is a door:
-- an e-mail made of a name is shared by strangers of that name.
with

pairs_in_homes as (
    select
        comparisons.first_name,
        comparisons.birth_date,
        records.last_name_key || ' ' || records.street_key
        || ' ' || coalesce(records.postcode_key, records.city_key) as home_key
    from {{ ref('int_comparisons') }} as comparisons
    inner join {{ ref('int_match_records') }} as records
        on comparisons.left_key = records.record_key
    where
        comparisons.last_name >= 4
        and comparisons.street >= 4
        and comparisons.place >= 3
),

counts as (
    select
        -- to start with, so that three pairs of twins in a short file are twins
        30
        + count(distinct case when first_name = 1 and birth_date = 1 then home_key end)
            as housemates,
        count(distinct case when first_name = 1 and birth_date = 5 then home_key end)
            as born_on_one_day,
        count(distinct case when first_name >= 4 and birth_date = 1 then home_key end)
            as of_one_name
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
