{{ config(materialized='view') }}
-- One line a rule, as the sentences of identity_blocking_rules.csv say. A rule is
-- silent where the record does not say what the rule asks.
with

identifiers as (
    select * from {{ ref('int_identifiers') }}
),

-- The rules of identifiers ask nothing of a record.
rules as (
    select rule from {{ ref('identity_blocking_rules') }}
    except
    select rule from {{ ref('identity_identifier_types') }}
),

names as (
    select
        *,
        least(first_name_key, last_name_key)
        || '|' || greatest(first_name_key, last_name_key) as both_names,
        substr(first_name_key, 1, 1) as first_initial,
        substr(first_name_key, 1, 3) as first_start,
        substr(last_name_key, 1, 2) as last_two,
        substr(last_name_key, 1, 3) as last_start,
        substr(birth_date_key, 1, 4) as birth_year,
        nullif(substr(birth_date_key, 5, 4), '') as birth_day,
        coalesce(postcode_key, city_key) as place_key,
        coalesce(substr(postcode_key, 1, 2), city_key) as region_key
    from {{ ref('int_match_records') }}
),

names_by_rule as (
    select
        names.*,
        rules.rule
    from names
    cross join rules
),

block_keys as (
    select
        record_key,
        changed_at,
        rule,
        case rule
            when 16 then both_names
            when 32 then both_names || '|' || region_key
            when 64 then last_name_key || '|' || birth_date_key
            when 128 then first_name_key || '|' || birth_date_key
            when 256 then birth_date_key || '|' || place_key
            when 512 then last_name_key || '|' || place_key || '|' || first_initial
            when 1024 then first_name_key || '|' || place_key || '|' || street_number
            when 2048 then first_name_key || '|' || place_key || '|' || last_two
            when 4096 then first_start || '|' || last_start || '|' || birth_year
            when 8192 then street_key || '|' || place_key
            when 32768 then last_name_key || '|' || first_initial || '|' || birth_day
        end as block_key
    from names_by_rule
)

select distinct
    record_key,
    rule,
    identifier_value as block_key,
    changed_at
from identifiers
where status = 'valid'
union all
select
    record_key,
    rule,
    block_key,
    changed_at
from block_keys
where block_key is not null
