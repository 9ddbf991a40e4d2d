-- Once we publish over a record, the tool no longer knows what it said before: we do.
select customers.*
from {{ ref('int_source_customers') }} as customers
inner join {{ ref('source_ranks') }} as source_ranks
    on customers.source = source_ranks.source
left join {{ ref('int_published_records') }} as published
    on customers.record_id = published.record_id
where source_ranks.is_written_by_us and published.record_id is null
