{{ config(materialized='view') }}
-- All are, when nothing is published yet.
with

publications as (
    select
        coalesce(max(coalesce(valid_to, valid_from)), cast('0001-01-01' as timestamp))
            as published_at
    from {{ ref('int_previous_identities') }}
)

select
    memberships.record_id,
    memberships.cluster_key,
    memberships.publishable_at
from {{ ref('int_memberships') }} as memberships
inner join publications on memberships.publishable_at > publications.published_at
