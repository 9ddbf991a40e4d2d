{{ config(materialized='connected_components') }}
-- Whoever shares a surname with somebody at the same address is of the same family; so
-- are a Dupont and a Martin with a Dupont-Martin between them.
select
    customer_key as left_key,
    min(customer_key) over (partition by address_key, surname) as right_key
from {{ ref('int_household_surnames') }}
