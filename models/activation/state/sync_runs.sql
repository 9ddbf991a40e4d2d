-- Never a row from here: `python -m activation` writes them, and a build keeps them.
select
    cast(null as text) as run_id,
    cast(null as text) as sync_name,
    cast(null as text) as status,
    cast(null as text) as message,
    cast(null as bigint) as desired_count,
    cast(null as bigint) as held_count,
    cast(null as bigint) as create_count,
    cast(null as bigint) as update_count,
    cast(null as bigint) as delete_count,
    cast(null as bigint) as created_count,
    cast(null as bigint) as updated_count,
    cast(null as bigint) as deleted_count,
    cast(null as bigint) as rejected_count,
    cast(null as bigint) as failed_count,
    cast(null as timestamp) as started_at,
    cast(null as timestamp) as finished_at
where 1 = 0
