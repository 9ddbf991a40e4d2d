{{ config(materialized='view') }}
with

listed as (
    select * from {{ ref('int_identifiers') }}
),

refusals as (
    select * from {{ ref('int_blocks') }}
    where refusal is not null
),

stated as (
    select
        record_id,
        'card' as identifier_type,
        loyalty_card as stated_value
    from {{ ref('int_record_contents') }}
    union all
    select
        record_id,
        'document' as identifier_type,
        other_identifier as stated_value
    from {{ ref('int_record_contents') }}
),

-- Records are not compared by these, and do not hold them.
excluded as (
    select
        stated.record_id,
        stated.identifier_type,
        {{ match_key('stated.stated_value') }} as identifier_value
    from stated
    inner join {{ ref('int_excluded_values') }} as excluded_values
        on
            stated.identifier_type = excluded_values.identifier_type
            and stated.stated_value = excluded_values.stated_value
)

-- One value may be written in two ways on one record.
select distinct
    listed.record_id,
    listed.record_key,
    listed.identifier_type,
    listed.identifier_value,
    listed.rule,
    case when listed.status <> 'valid' then listed.status else refusals.refusal end
        as refusal,
    listed.status = 'valid' and refusals.refusal is null as is_usable
from listed
left join refusals
    on
        listed.rule = refusals.rule
        and {{ hash_key('listed.identifier_value') }} = refusals.block_hash
union all
select
    excluded.record_id,
    records.record_key,
    excluded.identifier_type,
    excluded.identifier_value,
    identifier_types.rule,
    'excluded' as refusal,
    false as is_usable
from excluded
inner join {{ ref('int_match_records') }} as records
    on excluded.record_id = records.record_id
inner join {{ ref('identity_identifier_types') }} as identifier_types
    on excluded.identifier_type = identifier_types.identifier_type
