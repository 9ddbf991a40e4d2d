{{ config(materialized='view') }}
-- One line a rule, as the sentences of identity_blocking_rules.csv say. A rule is silent where
-- the record does not say what the rule asks.
with

records as (
    select * from {{ ref('int_match_records') }}
),

names as (
    select
        *,
        least(first_name_key, last_name_key) || '|' || greatest(first_name_key, last_name_key)
            as both_names,
        substr(first_name_key, 1, 1) as first_initial,
        substr(last_name_key, 1, 1) as last_initial,
        substr(birth_date_key, 1, 4) as birth_year,
        substr(birth_date_key, 1, 6) as birth_month,
        substr(birth_date_key, 5, 4) as birth_day
    from records
)

select record_key, rule, identifier_value as block_key from {{ ref('identifiers') }} where is_usable
union all
select record_key, 16, both_names from names
union all
select record_key, 32, both_names || '|' || substr(postcode_key, 1, 2) from names
union all
select record_key, 64, last_name_key || '|' || birth_date_key from names
union all
select record_key, 128, first_name_key || '|' || birth_date_key from names
union all
select record_key, 256, birth_date_key || '|' || postcode_key from names
union all
select record_key, 512,
    last_name_key || '|' || postcode_key || '|' || substr(first_name_key, 1, 3)
from names
union all
select record_key, 1024, first_name_key || '|' || postcode_key || '|' || street_number
from names
union all
select record_key, 2048, email_local_part from names where length(email_local_part) >= 8
union all
select record_key, 4096,
    substr(first_name_key, 1, 3) || '|' || substr(last_name_key, 1, 3) || '|' || birth_year
from names
union all
select record_key, 8192, street_key || '|' || postcode_key from names
union all
select record_key, 16384, first_name_key || '|' || last_initial || '|' || birth_month
from names
union all
select record_key, 32768, last_name_key || '|' || first_initial || '|' || birth_day
from names
