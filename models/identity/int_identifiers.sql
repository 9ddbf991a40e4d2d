{{ config(materialized='view') }}
-- The one file that a new source edits when it brings a new kind of identifier.
with

contact_points as (
    select * from {{ ref('contact_points') }}
),

customer_records as (
    select * from {{ ref('customer_records') }}
)

select distinct
    record_id,
    contact_type as identifier_type,
    contact_key as identifier_value,
    status
from contact_points
where contact_key is not null
union all
select
    record_id,
    'card' as identifier_type,
    {{ match_key('loyalty_card') }} as identifier_value,
    'valid' as status
from customer_records
where {{ match_key('loyalty_card') }} is not null
union all
select
    record_id,
    'document' as identifier_type,
    {{ match_key('other_identifier') }} as identifier_value,
    'valid' as status
from customer_records
where {{ match_key('other_identifier') }} is not null
