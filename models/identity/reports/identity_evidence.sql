with

evidence as (
    {{ pair_evidence(ref('int_links')) }}
)

select
    left_record_id,
    right_record_id,
    attribute,
    left_value,
    right_value,
    agreement,
    level,
    weight
from evidence
