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

streets as (
    -- How many letters a typo has to be read in: RUE DU LAC and RUE DU SAC are two
    -- streets. Number, type and articles say nothing.
    select
        surnames.*,
        length({{ replace_pattern(
            'address_key',
            '^.*[|]([0-9]+ ((BIS|TER|[A-Z]) )?[A-Z]+ ((D|DE|DES|DU|L|LA|LE|LES) )*)?'
            ~ '|[^A-Z]',
            ''
        ) }}) as letters
    from surnames
),

-- RUE GALIENI and RUE GALLIENI, at one number.
streets_with_typos as (
    select
        near.customer_key as left_key,
        far.customer_key as right_key
    from streets as near
    inner join streets as far
        on
            near.town_key = far.town_key
            and near.street_number = far.street_number
            and near.surname = far.surname
            and near.address_key < far.address_key
    where
        near.letters >= 5 and far.letters >= 5
        and {{ edit_distance('near.address_key', 'far.address_key') }}
        <= case when least(near.letters, far.letters) >= 10 then 2 else 1 end
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
