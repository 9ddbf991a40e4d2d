{{ config(materialized='part', part_key='left_key') }}
-- Where something may contradict. Records that say the same are compared once.
with

suspects as (
    select components.component_key
    from {{ affected_rows(ref('int_components'), 'node_key') }} as components
    inner join {{ ref('int_match_records') }} as records
        on components.node_key = records.record_key
    group by components.component_key
    having {{ may_contradict('records') }}
),

members as (
    select
        components.component_key,
        records.*,
        given_names.first_name_key as given_name_key,
        {{ usable_document('records') }} as usable_document_key,
        {{ row_hash([
            'records.birth_date_key', 'records.gender', 'records.first_name_key',
            'records.last_name_key', 'records.document_key', 'records.company_key'
        ]) }} as face_hash
    from suspects
    inner join {{ ref('int_components') }} as components
        on suspects.component_key = components.component_key
    inner join {{ ref('int_match_records') }} as records
        on components.node_key = records.record_key
    left join {{ ref('int_given_names') }} as given_names
        on records.first_name_key = given_names.first_name_key
),

crowded as (
    select component_key
    from members
    group by component_key
    having count(distinct last_name_key) > {{ var('identity_surname_limit') }}
),

faces as (
    select distinct
        members.component_key,
        members.face_hash,
        members.birth_date_key,
        members.gender,
        members.first_name_key,
        members.given_name_key,
        members.last_name_key,
        members.company_key,
        members.usable_document_key as document_key,
        crowded.component_key is not null as has_many_surnames,
        homes.has_namesakes
    from members
    left join crowded on members.component_key = crowded.component_key
    cross join {{ ref('int_homes') }} as homes
),

judged as (
    select
        near.component_key,
        near.face_hash,
        far.face_hash as far_face_hash,
        {{ contradiction('near', 'far') }} as conflict
    from faces as near
    inner join faces as far
        on near.component_key = far.component_key and near.face_hash < far.face_hash
)

select
    least(near.record_key, far.record_key) as left_key,
    greatest(near.record_key, far.record_key) as right_key,
    judged.component_key,
    judged.conflict
from judged
inner join members as near
    on judged.component_key = near.component_key and judged.face_hash = near.face_hash
inner join members as far
    on judged.component_key = far.component_key and judged.far_face_hash = far.face_hash
where judged.conflict is not null
