{{ config(materialized='view') }}
with

listed as (
    select * from {{ ref('int_identifiers') }}
),

refusals as (
    select * from {{ ref('int_blocks') }}
    where refusal is not null
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
