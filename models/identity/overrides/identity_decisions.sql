-- Never a row from here: `python -m identity decide` adds them, and a build keeps them.
select
    cast(null as text) as left_record_id,
    cast(null as text) as right_record_id,
    cast(null as text) as decision,
    cast(null as text) as reason,
    cast(null as text) as author,
    cast(null as date) as expiry_date,
    cast(null as timestamp) as decided_at
where 1 = 0
