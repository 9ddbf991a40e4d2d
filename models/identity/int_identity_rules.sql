{{ config(materialized='view') }}
-- When a rule changes, every record has changed.
with

rules as (
    select {{ row_hash(['identifier_type', 'key_pattern']) }} as rule_hash
    from {{ ref('int_exclusions') }}
    union all
    select {{ row_hash(['rule', 'block_limit']) }}
    from {{ ref('identity_blocking_rules') }}
    union all
    select {{ row_hash(['identifier_type', 'rule', 'people_limit']) }}
    from {{ ref('identity_identifier_types') }}
    union all
    select {{ row_hash(['nickname', 'formal_name']) }}
    from {{ ref('nicknames') }}
    union all
    select {{ row_hash(['first_name_key']) }}
    from {{ ref('int_given_names') }}
    union all
    select {{ row_hash([
        var('identity_generation_years'), var('identity_door_limit'),
        "cast('" ~ var('identity_compound_names') | join(' ') ~ "' as text)"
    ]) }}
    union all
    select {{ row_hash(['word', 'legal_form_position']) }}
    from {{ ref('company_words') }}
)

select sum(rule_hash) as rules_hash from rules
