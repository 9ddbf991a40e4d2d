with

surnames as (
    select * from {{ ref('int_household_surnames') }}
),

groups as (
    select * from {{ ref('int_household_groups') }}
),

borne as (
    select
        surnames.address_key,
        groups.component_key,
        surnames.surname,
        count(*) as bearers
    from surnames
    inner join groups on surnames.customer_key = groups.node_key
    group by surnames.address_key, groups.component_key, surnames.surname
),

counted as (
    -- The two ranks of a family count those at its address.
    select
        *,
        sum(bearers) over (partition by component_key, surname) as surname_bearers,
        dense_rank() over (partition by address_key order by component_key asc)
        + dense_rank() over (partition by address_key order by component_key desc)
        - 1 as families_at_address
    from borne
),

families as (
    -- Named by the surname that most of them bear, however they write the address, and
    -- at the address as most of these write it, so that a cousin who comes or goes
    -- changes nothing.
    select
        address_key,
        component_key,
        surname,
        row_number() over (
            partition by component_key
            order by surname_bearers desc, surname asc, bearers desc, address_key asc
        ) as precedence,
        max(families_at_address)
            over (partition by component_key) as families_at_address
    from counted
),

members as (
    select distinct
        md5(families.address_key || '|' || families.surname) as household_id,
        surnames.customer_id,
        families.surname
    from surnames
    inner join groups on surnames.customer_key = groups.node_key
    inner join families on groups.component_key = families.component_key
    where
        families.precedence = 1
        -- Where more families live than in any house, they work, or stay the night.
        and families.families_at_address <= {{ var('household_families_limit') }}
)

select * from members
