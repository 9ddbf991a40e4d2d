{{ config(materialized='view') }}
select * from {{ ref('int_compared_pairs') }}
where not is_gone
