-- Never a row from here: `python -m activation` writes them, and a build keeps them.
select
    cast(null as text) as delivery_id,
    cast(null as text) as run_id,
    cast(null as text) as sync_name,
    cast(null as text) as change_type,
    cast(null as text) as status,
    cast(null as text) as error_code,
    cast(null as text) as error_message,
    cast(null as integer) as attempt,
    cast(null as integer) as row_count,
    cast(null as integer) as accepted_count,
    cast(null as integer) as rejected_count,
    cast(null as integer) as failed_count,
    cast(null as integer) as request_count,
    cast(null as integer) as latency_ms,
    cast(null as decimal(18, 4)) as cost_amount,
    cast(null as timestamp) as started_at,
    cast(null as timestamp) as finished_at
where 1 = 0
