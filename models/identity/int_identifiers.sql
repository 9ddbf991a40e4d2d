{{ config(materialized='view') }}
-- The one file that a new source edits when it brings a new kind of identifier.
with

records as (
    select * from {{ ref('int_match_records') }}
),

listed as (
    select
        records.record_id,
        records.record_key,
        records.changed_at,
        contact_points.contact_type as identifier_type,
        contact_points.contact_key as identifier_value,
        -- A number of no plan or an address for examples reaches nobody, yet two who
        -- wrote it wrote the same; what a company's people share is the company's.
        case
            when
                contact_points.status in ('not_in_plan', 'reserved')
                or contact_points.status = 'role' and records.is_company
                then 'valid'
            else contact_points.status
        end as status
    from {{ ref('contact_points') }} as contact_points
    inner join records on contact_points.record_id = records.record_id
    where contact_points.contact_key is not null
    union all
    select
        record_id,
        record_key,
        changed_at,
        'card' as identifier_type,
        card_key as identifier_value,
        'valid' as status
    from records
    where card_key is not null
    union all
    select
        record_id,
        record_key,
        changed_at,
        'document' as identifier_type,
        document_key as identifier_value,
        'valid' as status
    from records
    where document_key is not null
)

select
    listed.record_id,
    listed.record_key,
    listed.identifier_type,
    listed.identifier_value,
    identifier_types.rule,
    case
        when listed.status = 'valid' and exclusions.key_pattern is not null
            then 'excluded'
        else listed.status
    end as status,
    listed.changed_at
from listed
inner join {{ ref('identity_identifier_types') }} as identifier_types
    on listed.identifier_type = identifier_types.identifier_type
-- A value that two patterns fit is there twice, as one that is written in two ways.
left join {{ ref('int_exclusions') }} as exclusions
    on
        listed.identifier_type = exclusions.identifier_type
        and listed.identifier_value like exclusions.key_pattern
