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

families as (
    -- Named by the surname that most of them bear, at the address as most of them write
    -- it, so that a cousin who comes or goes changes nothing. The two ranks of a family
    -- count those at its address.
    select
        address_key,
        component_key,
        surname,
        row_number() over (
            partition by component_key
            order by bearers desc, surname asc, address_key asc
        ) as precedence,
        dense_rank() over (partition by address_key order by component_key asc)
        + dense_rank() over (partition by address_key order by component_key desc)
        - 1 as families_at_address
    from borne
),

homes as (
    -- Where more families live than in any house, they work, or stay the night.
    select
        address_key,
        component_key,
        surname
    from families
    where
        precedence = 1
        and families_at_address <= {{ var('household_families_limit') }}
),

members as (
    select distinct
        md5(homes.address_key || '|' || homes.surname) as household_id,
        surnames.customer_id,
        homes.surname
    from surnames
    inner join groups on surnames.customer_key = groups.node_key
    inner join homes on groups.component_key = homes.component_key
)

select * from members
