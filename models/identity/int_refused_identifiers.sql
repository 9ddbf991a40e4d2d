{{ config(materialized='view') }}
-- A value is refused for the number of different people on it, never for how often it
-- occurs.
with

listed as (
    select * from {{ ref('int_identifiers') }}
),

records as (
    select * from {{ ref('int_match_records') }}
),

types as (
    select * from {{ ref('identity_identifier_types') }}
),

-- Only a value on more records than its limit can have more people than its limit.
crowded_values as (
    select
        listed.identifier_type,
        listed.identifier_value,
        min(types.people_limit) as people_limit
    from listed
    inner join types on listed.identifier_type = types.identifier_type
    group by listed.identifier_type, listed.identifier_value
    having count(*) > min(types.people_limit)
),

-- People are told apart by the starts of their names, so that a typo is not a person.
refused_values as (
    select
        listed.identifier_type,
        listed.identifier_value,
        'too many people' as refusal
    from listed
    inner join crowded_values
        on
            listed.identifier_type = crowded_values.identifier_type
            and listed.identifier_value = crowded_values.identifier_value
    inner join records on listed.record_id = records.record_id
    group by listed.identifier_type, listed.identifier_value
    having
        max(crowded_values.people_limit) < greatest(
            count(
                distinct substr(records.first_name_key, 1, 3)
                || '|' || substr(records.last_name_key, 1, 3)
            ),
            count(distinct records.birth_date_key)
        )
    union all
    select distinct
        listed.identifier_type,
        listed.identifier_value,
        'excluded' as refusal
    from listed
    inner join {{ ref('identity_exclusions') }} as exclusions
        on
            listed.identifier_type = exclusions.identifier_type
            and listed.identifier_value like exclusions.value_pattern
)

select
    identifier_type,
    identifier_value,
    min(refusal) as refusal
from refused_values
group by identifier_type, identifier_value
