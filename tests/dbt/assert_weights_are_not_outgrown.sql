{{ config(severity='warn') }}
-- A warning, for whoever runs the build: old weights still hold, only less well. To
-- learn them anew: dbt build --full-refresh --select path:models/identity
with

records as (
    select count(*) as record_count from {{ ref('int_match_records') }}
)

select
    homes.record_count as learnt_from_count,
    records.record_count
from {{ ref('int_homes') }} as homes
cross join records
where records.record_count > 2 * homes.record_count + 1000
