{{ config(materialized='view') }}
-- One line a rule, as the sentences of identity_blocking_rules.csv say. A rule is
-- silent where the record does not say what the rule asks. Swapped names are the same.
{%- set parts_by_rule = {
    16: ['least(first_name_key, last_name_key)', 'greatest(first_name_key, last_name_key)'],
    32: ['least(first_name_key, last_name_key)', 'greatest(first_name_key, last_name_key)', 'substr(postcode_key, 1, 2)'],
    64: ['last_name_key', 'birth_date_key'],
    128: ['first_name_key', 'birth_date_key'],
    256: ['birth_date_key', 'postcode_key'],
    512: ['last_name_key', 'postcode_key', 'substr(first_name_key, 1, 3)'],
    1024: ['first_name_key', 'postcode_key', 'street_number'],
    4096: ['substr(first_name_key, 1, 3)', 'substr(last_name_key, 1, 3)', 'substr(birth_date_key, 1, 4)'],
    8192: ['street_key', 'postcode_key'],
    16384: ['first_name_key', 'substr(last_name_key, 1, 1)', 'substr(birth_date_key, 1, 6)'],
    32768: ['last_name_key', 'substr(first_name_key, 1, 1)', 'substr(birth_date_key, 5, 4)'],
} %}
select distinct
    record_key,
    rule,
    identifier_value as block_key,
    changed_at
from {{ ref('int_identifiers') }}
where status = 'valid'
{% for rule, parts in parts_by_rule.items() %}
    union all
    select
        record_key,
        {{ rule }},
        {{ parts | join(" || '|' || ") }},
        changed_at
    from {{ ref('int_match_records') }}
    where {{ parts | join(' is not null and ') }} is not null
{% endfor %}
