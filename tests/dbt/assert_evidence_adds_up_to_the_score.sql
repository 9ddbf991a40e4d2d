with

sums as (
    select
        left_record_id,
        right_record_id,
        sum(weight) as weight
    from {{ ref('identity_evidence') }}
    group by left_record_id, right_record_id
)

select
    links.left_record_id,
    links.right_record_id,
    links.score,
    sums.weight
from {{ ref('identity_links') }} as links
left join sums
    on
        links.left_record_id = sums.left_record_id
        and links.right_record_id = sums.right_record_id
where links.score is not null and (sums.weight is null or links.score <> sums.weight)
