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

refusals as (
    select * from {{ ref('int_refused_identifiers') }}
)

select
    listed.record_id,
    records.record_key,
    listed.identifier_type,
    listed.identifier_value,
    types.rule,
    case when listed.status <> 'valid' then listed.status else refusals.refusal end
        as refusal,
    listed.status = 'valid' and refusals.refusal is null as is_usable
from listed
inner join records on listed.record_id = records.record_id
inner join types on listed.identifier_type = types.identifier_type
left join refusals
    on
        listed.identifier_type = refusals.identifier_type
        and listed.identifier_value = refusals.identifier_value
