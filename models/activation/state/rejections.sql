-- Never a row from here: `python -m activation` writes them, and a build keeps them.
select
    cast(null as text) as delivery_id,
    cast(null as text) as run_id,
    cast(null as text) as sync_name,
    cast(null as text) as destination_key,
    cast(null as text) as customer_id,
    cast(null as text) as change_type,
    cast(null as text) as payload_hash,
    cast(null as text) as error_code,
    cast(null as text) as error_message,
    cast(null as timestamp) as rejected_at,
    cast(null as timestamp) as settled_at
where 1 = 0
