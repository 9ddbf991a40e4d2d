{{ config(materialized='view') }}
select * from {{ ref('int_folded_records') }}
where not is_gone
