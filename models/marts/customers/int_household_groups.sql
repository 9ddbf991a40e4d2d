{{ config(materialized='connected_components') }}
-- Whoever shares a surname with somebody at the same address is of the same family; so
-- are a Dupont and a Martin with a Dupont-Martin between them.
with

surnames as (
    select * from {{ ref('int_household_surnames') }}
),

same as (
    select
        customer_key as left_key,
        min(customer_key) over (partition by address_key, surname) as right_key
    from surnames
),

-- RUE GALIENI and RUE GALLIENI, at one number.
streets_with_typos as (
    select
        near.customer_key as left_key,
        far.customer_key as right_key
    from surnames as near
    inner join surnames as far
        on
            near.town_key = far.town_key
            and near.street_number = far.street_number
            and near.surname = far.surname
            and near.address_key < far.address_key
    where {{ edit_distance('near.address_key', 'far.address_key') }} <= 2
),

-- Delfosse and Delfosye, at one address.
surnames_with_typos as (
    select
        near.customer_key as left_key,
        far.customer_key as right_key
    from surnames as near
    inner join surnames as far
        on near.address_key = far.address_key and near.surname < far.surname
    where
        length(near.surname) >= 5 and length(far.surname) >= 5
        and {{ edit_distance('near.surname', 'far.surname') }} <= 1
)

select * from same
union all
select * from streets_with_typos
union all
select * from surnames_with_typos
